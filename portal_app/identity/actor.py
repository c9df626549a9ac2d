"""Who is acting: the first argument of every service, and the author of what is written."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.kit.errors import NotFound, Unauthorized
from portal_app.ui.reader import Reader
from portal_app.ui.zones import UTC_ZONE


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    CREATOR = "creator"
    API_KEY = "api_key"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, as the session cookie proved on this very event or request."""

    person_id: str
    session_id: str
    email: str
    locale: str
    zone: str = UTC_ZONE

    @property
    def reader(self) -> Reader:
        """Words, days and times as this person reads them."""
        return Reader(self.locale, self.zone)


@dataclass(frozen=True, slots=True)
class CompanyKey:
    """A program of a company's, as the API key on this very request proved (`biz_…`, `apik_…`)."""

    company_id: str
    key_id: str

    @property
    def author(self) -> Author:
        return Author(ActorKind.API_KEY, self.key_id)


@dataclass(frozen=True, slots=True)
class CompanyCreator:
    """Somebody signed in who acts for a company of theirs, as the database said on this event."""

    actor: Actor
    company_id: str
    is_owner: bool

    @property
    def author(self) -> Author:
        return Author(ActorKind.CREATOR, self.actor.person_id)


actor_now: ContextVar[Actor | None] = ContextVar("actor_now", default=None)
creator_now: ContextVar[CompanyCreator | None] = ContextVar("creator_now", default=None)


def current_actor() -> Actor:
    """The actor of the event or request at hand; Unauthorized when there is none."""
    actor = actor_now.get()
    if actor is None:
        raise Unauthorized("Sign in to continue.")
    return actor


def current_creator() -> CompanyCreator:
    """Who acts for which company; NotFound where nobody may, as for an address that isn't there."""
    creator = creator_now.get()
    if creator is None:
        raise NotFound("We can't find that page")
    return creator


@dataclass(frozen=True, slots=True)
class Author:
    """To whom a history ascribes a change; *id* is empty for the system."""

    kind: ActorKind
    id: str = ""


def author_for(actor: Actor | Author) -> Author:
    """A person who is signed in writes as the customer that they are."""
    return actor if isinstance(actor, Author) else Author(ActorKind.CUSTOMER, actor.person_id)


SYSTEM: Final = Author(ActorKind.SYSTEM)


def write_as(session: AsyncSession, author: Author) -> None:
    """Ascribe everything that this unit of work finds changed to *author*."""
    session.info["author"] = author


def author_of(session: AsyncSession) -> Author:
    """The system, unless somebody asked for the change: Stripe does not say who it was."""
    author: Author = session.info.get("author", SYSTEM)
    return author
