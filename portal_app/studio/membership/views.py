"""One membership of the company's as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from portal_app.identity.actor import ActorKind
from portal_app.memberships.models import Cancellation
from portal_app.memberships.rules import ends_at, is_canceling, renewal_date
from portal_app.memberships.views.history import timeline_rows
from portal_app.studio.home.views import REASONS, SoldView, sold_view
from portal_app.studio.membership.service import SoldDetails
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldFact:
    label: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldEvent:
    """*sentence* says who did it too, unless it went by itself."""

    id: str = ""
    when: str = ""
    moment: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldPage:
    """Everything the page shows."""

    summary: SoldView = field(default_factory=SoldView)
    facts: list[SoldFact] = field(default_factory=list)
    cancellations: list[SoldFact] = field(default_factory=list)
    events: list[SoldEvent] = field(default_factory=list)


_BY: Final = {
    ActorKind.CUSTOMER: "by the customer",
    ActorKind.CREATOR: "by you or a colleague",
    ActorKind.API_KEY: "by one of your programs",
    ActorKind.OPERATOR: "by the operator",
}


def sold_page(reader: Reader, details: SoldDetails) -> SoldPage:
    return SoldPage(
        summary=sold_view(reader, details.sold),
        facts=[SoldFact(label=name, value=value) for name, value in _facts(reader, details)],
        cancellations=[_cancellation(reader, one) for one in details.cancellations],
        events=_events(reader, details),
    )


def _facts(reader: Reader, details: SoldDetails) -> Iterator[tuple[str, str]]:
    held, row = details.sold.held, details.sold.row
    found = {
        "Name": row.name,
        "Email": row.email,
        "Price": sold_view(reader, details.sold).price,
        "Started": reader.date(held.facts.started_at),
        "Access": reader.say("Yes") if held.has_access else reader.say("No"),
    }
    end, due = ends_at(held.facts), renewal_date(held.facts)
    if end is not None:
        found["Ends" if is_canceling(held.facts) and held.current else "Ended"] = reader.date(end)
    elif due is not None:
        found["Renews"] = reader.date(due)
    ids = {"Membership ID": held.row.membership.id, "Customer ID": row.customer.stripe_customer_id}
    yield from ((reader.say(name), value) for name, value in (found | ids).items() if value)


def _cancellation(reader: Reader, one: Cancellation) -> SoldFact:
    """When, why and in whose words; that it was taken back, where it was."""
    said = [reader.say(REASONS.get(one.reason, REASONS["other"]))]
    said += [f"“{one.comment}”"] if one.comment else []
    if one.undone_at is not None:
        said.append(reader.say("taken back on {date}", date=reader.date(one.undone_at)))
    return SoldFact(label=reader.date(one.asked_at), value=" · ".join(said))


def _events(reader: Reader, details: SoldDetails) -> list[SoldEvent]:
    by = {one.id: _BY.get(one.actor_kind, "") for one in details.events}
    own = {one.id: _OURS.get(one.kind) for one in details.events}
    return [
        SoldEvent(
            id=row.id,
            when=row.when,
            moment=row.moment,
            sentence=_told(reader, own[row.id], row.sentence, by[row.id]),
        )
        for row in timeline_rows(reader, details.events)
    ]


# What the customer reads as "your account".
_OURS: Final = {
    "claimed": "Linked to the customer's account",
    "linked": "Linked to the customer's account",
}


def _told(reader: Reader, own: str | None, sentence: str, by: str) -> str:
    said = reader.say(own) if own else sentence
    return f"{said}, {reader.say(by)}" if by else said
