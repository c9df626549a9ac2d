"""The account as its owner reads it: frozen values of plain text, made in the actor's language."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.identity.account import Account
from portal_app.identity.actor import Actor
from portal_app.identity.devices import device_name
from portal_app.identity.models import Identity, LoginSession
from portal_app.identity.oidc.linking import label_of
from portal_app.identity.oidc.providers import providers
from portal_app.kit.clock import wall_now
from portal_app.ui.reader import Reader
from portal_app.ui.zones import place_of


@dataclass(frozen=True)
class EmailView:
    """One proved address; *note* says since when, *primary* that mails go there."""

    id: str = ""
    address: str = ""
    primary: bool = False
    note: str = ""


@dataclass(frozen=True)
class SessionView:
    """One signed-in browser; *since* and *seen* are sentences."""

    id: str = ""
    device: str = ""
    since: str = ""
    seen: str = ""
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
    """A service that is not added yet; *name* is its name in the settings."""

    name: str = ""
    label: str = ""


@dataclass(frozen=True)
class AccountView:
    """The account page; *several* says that there are other browsers to sign out or forget."""

    email: str = ""
    name: str = ""
    locale: str = "en"
    zone: str = ""
    now: str = ""
    several: bool = False
    emails: tuple[EmailView, ...] = ()
    sessions: tuple[SessionView, ...] = ()
    methods: tuple[MethodView, ...] = ()
    offers: tuple[OfferView, ...] = ()
    has_choice: bool = False


def account_view(reader: Reader, actor: Actor, account: Account) -> AccountView:
    added = {row.provider for row in account.identities}
    offers = tuple(
        OfferView(one.name, one.label) for one in providers().values() if one.name not in added
    )
    return AccountView(
        email=actor.email,
        name=account.name,
        several=len(account.sessions) > 1 or account.known_elsewhere,
        locale=actor.locale,
        zone=place_of(account.zone, actor.locale),
        now=reader.say("It is {moment} there.", moment=reader.moment(wall_now())),
        emails=tuple(
            EmailView(
                id=row.id,
                address=row.address,
                primary=row.is_primary,
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
        id=row.id,
        device=device_name(reader, row.user_agent),
        since=reader.say("Signed in {when}", when=reader.moment(row.created_at)),
        seen=reader.say("Last active {when}", when=reader.moment(row.last_seen_at)),
        here=row.id == actor.session_id,
    )
