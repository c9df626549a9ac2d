"""The account page: addresses, language, where one is signed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.identity.pages.emails import EmailEvents, emails_card
from portal_app.identity.pages.methods import methods_card
from portal_app.identity.pages.profile import export_card, profile_card, zone_card
from portal_app.identity.pages.sessions import session_warning, sessions_card
from portal_app.identity.state import AccountState, EmailsState
from portal_app.identity.views import AccountView
from portal_app.ui.i18n import LocaleState, t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    button,
    card,
    load_failed,
    native_form,
    select_field,
    skeleton_card,
    skeleton_page,
    stack,
)

__all__ = ["AccountSection", "account_body", "account_page", "register", "session_warning"]

_LANGUAGES = (("en", "English"), ("de", "Deutsch"))
_EMAIL_EVENTS = EmailEvents(add=EmailsState.add, error=EmailsState.error, busy=EmailsState.busy)


@dataclass(frozen=True, slots=True)
class AccountSection:
    """What a higher storey has to say on the account page, and the handler that reads it."""

    build: Callable[[], rx.Component]
    load: Any


def register(app: rx.App, sections: Sequence[AccountSection] = ()) -> None:
    """Add `/account/` with further *sections*; the composition root calls this."""
    app.add_page(
        lambda: account_page(sections),
        route="/account",
        title=t("Account"),
        on_load=[AccountState.load, *(section.load for section in sections)],
        context={"sitemap": None},
    )


def account_page(sections: Sequence[AccountSection] = ()) -> rx.Component:
    return page_shell(
        rx.match(
            AccountState.phase,
            ("ready", account_body(AccountState.view, sections)),
            ("failed", load_failed(AccountState.load)),
            _waiting(),
        ),
        title=t("Account"),
        skeleton=skeleton_page(_waiting()),
    )


def account_body(view: AccountView, sections: Sequence[AccountSection] = ()) -> rx.Component:
    """The page below its heading."""
    return stack(
        profile_card(view),
        emails_card(view, _EMAIL_EVENTS),
        methods_card(view),
        _language(),
        zone_card(view),
        *[section.build() for section in sections],
        sessions_card(view),
        export_card(),
    )


def _language() -> rx.Component:
    return card(
        native_form(
            select_field(t("Language"), "locale", _LANGUAGES, default_value=LocaleState.lang),
            button(t("Save language"), submit=True),
            rx.el.input(type="hidden", name="next", value="/account/"),
            action="/locale",
            class_name="form",
        ),
        title=t("Language"),
    )


def _waiting() -> rx.Component:
    return stack(skeleton_card(2), skeleton_card(1), skeleton_card(2))
