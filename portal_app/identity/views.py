"""The account as its owner reads it: frozen values of plain text, made in the actor's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from portal_app.identity.account import Account
from portal_app.identity.actor import Actor
from portal_app.identity.models import Identity, LoginSession
from portal_app.identity.oidc.linking import label_of
from portal_app.identity.oidc.providers import providers
from portal_app.ui.reader import Reader

# Order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class EmailView:
    """One proved address; *note* says since when and whether mails go there."""

    address: str = ""
    note: str = ""


@dataclass(frozen=True)
class SessionView:
    """One signed-in browser."""

    device: str = ""
    since: str = ""
    here: bool = False


@dataclass(frozen=True)
class MethodView:
    """An account elsewhere that signs in here; *name* is for buttons: “Google, ada@example.com”."""

    id: str = ""
    label: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class OfferView:
    """A service that could be added; *name* is its name in the settings."""

    name: str = ""
    label: str = ""


@dataclass(frozen=True)
class AccountView:
    """The account page."""

    email: str = ""
    locale: str = "en"
    emails: tuple[EmailView, ...] = ()
    sessions: tuple[SessionView, ...] = ()
    methods: tuple[MethodView, ...] = ()
    offers: tuple[OfferView, ...] = ()
    has_choice: bool = False


def account_view(reader: Reader, actor: Actor, account: Account) -> AccountView:
    offers = tuple(OfferView(one.name, one.label) for one in providers().values())
    return AccountView(
        email=actor.email,
        locale=actor.locale,
        emails=tuple(
            EmailView(
                address=row.address,
                note=reader.say("Verified on {date}", date=reader.date(row.verified_at)),
            )
            for row in account.addresses
        ),
        sessions=tuple(_session_view(reader, actor, row) for row in account.sessions),
        methods=tuple(_method_view(reader, row) for row in account.identities),
        offers=offers,
        has_choice=bool(offers or account.identities),
    )


def _method_view(reader: Reader, row: Identity) -> MethodView:
    label = label_of(row.provider)
    added = reader.say("Added on {date}", date=reader.date(row.created_at))
    return MethodView(row.id, label, f"{label}, {row.account}", f"{row.account} · {added}")


def _session_view(reader: Reader, actor: Actor, row: LoginSession) -> SessionView:
    return SessionView(
        device=device_name(reader, row.user_agent),
        since=reader.say("Signed in {when}", when=reader.moment(row.created_at)),
        here=row.id == actor.session_id,
    )


def device_name(reader: Reader, user_agent: str) -> str:
    """“Firefox on Windows”, as far as the browser says; never its raw, forgeable text."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return reader.say("{browser} on {system}", browser=browser, system=system)
    return browser or system or reader.say("Unknown browser")


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, text)), "")
