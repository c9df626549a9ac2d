"""What waits for the company's word, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal_app.declarations.models import Declaration, DeclarationKind
from portal_app.declarations.service import can_be_given_back
from portal_app.declarations.views.findings import found_text
from portal_app.kit.money import Money
from portal_app.studio.declarations.service import Queue, Waiting
from portal_app.studio.home.views import SoldView, sold_view
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFact:
    """*words* says that somebody wrote it, and may have written much."""

    label: str = ""
    value: str = ""
    words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """A membership that may be meant; *facts* tell it from the others."""

    id: str = ""
    title: str = ""
    facts: str = ""
    href: str = ""
    badge: str = ""
    tone: Tone = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredView:
    """*undecided* asks which membership is meant; *refund* names what would go back, if anything.

    *error* is what is wrong with the reason that was typed, which stays.
    """

    reference: str = ""
    title: str = ""
    badge: str = ""
    tone: Tone = "muted"
    facts: list[DeclaredFact] = field(default_factory=list)
    found: str = ""
    about: str = ""
    about_href: str = ""
    undecided: bool = False
    candidates: list[CandidateView] = field(default_factory=list)
    refund: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredQueueView:
    rows: list[DeclaredView] = field(default_factory=list)
    more: bool = False


def declared_queue_view(reader: Reader, queue: Queue) -> DeclaredQueueView:
    return DeclaredQueueView(
        rows=[_row(reader, one) for one in queue.waiting],
        more=queue.more,
    )


def _row(reader: Reader, one: Waiting) -> DeclaredView:
    row = one.declaration
    about = sold_view(reader, one.about) if one.about else SoldView()
    withdrawal = row.kind is DeclarationKind.WITHDRAWAL
    return DeclaredView(
        reference=row.reference,
        title=row.name,
        badge=reader.say("Withdrawal") if withdrawal else reader.say("Cancellation"),
        tone="warn" if withdrawal or row.extraordinary else "info",
        facts=[
            *(DeclaredFact(label=label, value=text) for label, text in _facts(reader, row)),
            *_words(reader, row),
        ],
        found=found_text(reader, row, about.product or (row.membership_id or "")),
        about=" · ".join(text for text in (about.who, about.product) if text),
        about_href=about.href,
        undecided=one.is_undecided,
        candidates=[_candidate(reader, sold_view(reader, it)) for it in one.candidates],
        refund=_refund(reader, row),
    )


def _facts(reader: Reader, row: Declaration) -> Iterator[tuple[str, str]]:
    yield reader.say("Declared"), reader.moment(row.asked_at)
    yield reader.say("Email"), row.address
    yield reader.say("Reference"), row.reference
    if row.extraordinary:
        yield reader.say("Wanted"), reader.say("At once, for good cause")
    if row.wished_on:
        yield reader.say("Wanted for"), reader.day(row.wished_on)


def _words(reader: Reader, row: Declaration) -> Iterator[DeclaredFact]:
    """As they were typed."""
    label = reader.say("Contract, as they wrote it")
    yield DeclaredFact(label=label, value=row.contract, words=True)
    if row.grounds:
        yield DeclaredFact(label=reader.say("Reason"), value=row.grounds, words=True)


def _candidate(reader: Reader, sold: SoldView) -> CandidateView:
    since = reader.say("since {date}", date=sold.since)
    return CandidateView(
        id=sold.id,
        title=sold.product,
        facts=" · ".join(text for text in (sold.who, sold.email, sold.price, since) if text),
        href=sold.href,
        badge=sold.badge,
        tone=sold.tone,
    )


def _refund(reader: Reader, row: Declaration) -> str:
    if not can_be_given_back(row) or not row.refund:
        return ""
    return reader.money(Money(row.refund["back_minor"], row.refund["currency"]))
