"""The account page: addresses, language, where one is signed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.identity.pages.methods import methods_card
from portal_app.identity.state import AccountState
from portal_app.identity.views import AccountView, EmailView, SessionView
from portal_app.ui.i18n import LocaleState, t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    badge,
    button,
    card,
    fact,
    key_facts,
    load_failed,
    muted,
    native_form,
    select_field,
    skeleton_card,
    skeleton_page,
    stack,
)

_LANGUAGES = (("en", "English"), ("de", "Deutsch"))


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
        card(
            key_facts(rx.foreach(view.emails, _email)),
            muted(t("Memberships bought with these addresses are in this account.")),
            title=t("Email addresses"),
            subtitle=t_fill("Signed in as {email}", email=view.email),
        ),
        methods_card(view),
        _language(),
        *[section.build() for section in sections],
        card(
            rx.el.ul(rx.foreach(view.sessions, _session), class_name="stack plain-list"),
            native_form(
                button(t("Sign out everywhere"), submit=True), action="/auth/logout-everywhere"
            ),
            title=t("Where you are signed in"),
            subtitle=t("A browser is signed out after 30 minutes without use."),
        ),
    )


def _email(row: EmailView) -> rx.Component:
    return fact(row.address, row.note)


def _language() -> rx.Component:
    return card(
        native_form(
            select_field(t("Language"), "locale", _LANGUAGES, default_value=LocaleState.lang),
            button(t("Save"), submit=True),
            rx.el.input(type="hidden", name="next", value="/account/"),
            action="/locale",
            class_name="form",
        ),
        title=t("Language"),
    )


def _session(row: SessionView) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(row.device),
            rx.cond(row.here, badge(t("This browser"), "ok")),
            class_name="card-head",
        ),
        muted(row.since),
    )


def _waiting() -> rx.Component:
    return stack(skeleton_card(2), skeleton_card(1), skeleton_card(2))
