"""What a kind of notice is made of; each module of `kinds/` holds one, named NOTICE."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.ingest.events import Ref
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.provider.objects import Kind


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the provider's about an object: its time (business) and ours (wall)."""

    happened_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look for things to tell: *now* and *since* are business time.

    *told* is what events since the last look were about, each object once.
    """

    now: datetime
    since: datetime
    told: Mapping[Ref, Told] = field(default_factory=dict)

    def ids(self, kind: Kind) -> list[str]:
        """The provider's ids of the objects of this *kind* that events were about."""
        return [ref.id for ref in self.told if ref.kind is kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something to tell *person_id*; *subject_id* keeps it from being told twice.

    *payload* is what the letter is written from: ids, and facts that will not be there later.
    """

    subject_id: str
    person_id: str | None
    membership_id: str
    payload: Mapping[str, Any] = field(default_factory=dict)


Find: TypeAlias = Callable[[AsyncSession, Look], Awaitable[list[Occasion]]]
Write: TypeAlias = Callable[[Writing], Awaitable[Letter]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeKind:
    """*label* and *note* tell a person what it is and when it comes; translated where it is said.

    *locked* is why nobody can refuse it; empty where everybody may, and *default* then holds until
    somebody has chosen. *stripe_mails* is Stripe's name of its own mail about the same. With
    *for_recipients* it goes to whom a person named for their receipts, too. *after_events* finds
    what *events* (types of Stripe's) tell, *when_due* what the time tells.
    """

    key: str
    label: str
    note: str
    write: Write
    locked: str = ""
    default: bool = True
    stripe_mails: str = ""
    for_recipients: bool = False
    events: frozenset[str] = frozenset()
    after_events: Find | None = None
    when_due: Find | None = None
