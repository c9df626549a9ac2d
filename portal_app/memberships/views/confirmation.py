"""The confirmation of a cancellation as a document: what, who, asked at, takes effect at."""

from __future__ import annotations

from collections.abc import Iterator

from portal_app.invoices.documents import wording
from portal_app.invoices.documents.model import Document, Fact, Party
from portal_app.invoices.snapshot import Party as KeptParty
from portal_app.kit.clock import business_now
from portal_app.kit.money import Money
from portal_app.memberships.exits import STATUTORY
from portal_app.memberships.service import membership_name
from portal_app.memberships.service.confirming import ConfirmedCancellation
from portal_app.memberships.views.wording import per_period
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader


def confirmation_document(reader: Reader, rows: ConfirmedCancellation) -> Document:
    noted = rows.cancellation
    return Document(
        kind="confirmation",
        id=noted.id,
        language=supported(reader.locale),
        title=reader.say("Confirmation of cancellation"),
        number=noted.reference,
        issuer=wording.issuer_of(rows.company, KeptParty()),
        accent=wording.accent_of(rows.company),
        company_id=rows.company.id,
        product_id=rows.product.id,
        status=_status(reader, rows),
        issued_at=noted.asked_at,
        country=str(rows.customer.address.get("country") or ""),
        facts=tuple(_facts(reader, rows)),
        parties=(
            Party(reader.say("Sold by"), (rows.company.title,)),
            Party(reader.say("Held by"), tuple(_holder(rows))),
        ),
        items=(),
        figures=(),
        entries=(),
        notes=(*_notes(reader, rows), *wording.help_note(reader, rows.company, rows.support)),
        headings=wording.headings(reader),
    )


def _status(reader: Reader, rows: ConfirmedCancellation) -> str:
    noted = rows.cancellation
    if noted.undone_at is not None:
        return reader.say("Taken back on {date}", date=reader.date(noted.undone_at))
    if noted.ends_at is None:
        return reader.say("Cancelled")
    over = noted.ends_at <= business_now()
    text = "Ended on {date}" if over else "Ends on {date}"
    return reader.say(text, date=reader.date(noted.ends_at))


def _facts(reader: Reader, rows: ConfirmedCancellation) -> Iterator[Fact]:
    noted, membership = rows.cancellation, rows.membership
    price = Money(membership.price_minor * membership.quantity, membership.currency)
    yield Fact(reader.say("Reference"), noted.reference)
    name = membership_name(rows.product.title, rows.plan.title)
    yield Fact(reader.say("Membership"), name)
    yield Fact(reader.say("Price"), per_period(reader, rows.plan, price))
    yield Fact(reader.say("Cancelled on"), reader.moment(noted.asked_at))
    yield Fact(reader.say("Cancelled through"), _through(reader, rows))
    if noted.ends_at is not None:
        yield Fact(reader.say("Takes effect on"), reader.moment(noted.ends_at))


def _through(reader: Reader, rows: ConfirmedCancellation) -> str:
    match rows.cancellation.source:
        case "api":
            return rows.company.title
        case source if source == STATUTORY:
            return reader.say("Page for cancelling without sign-in")
    return reader.say("Account of the holder")


def _holder(rows: ConfirmedCancellation) -> Iterator[str]:
    if rows.customer.name:
        yield rows.customer.name
    yield rows.address


def _notes(reader: Reader, rows: ConfirmedCancellation) -> Iterator[str]:
    noted = rows.cancellation
    if noted.undone_at is not None:
        yield reader.say("The cancellation was taken back: the membership goes on.")
        return
    if noted.confirmed_at is None:
        yield reader.say(
            "It counts from the moment it was sent. The payment provider has not confirmed it yet."
        )
    yield reader.say("Nothing more is charged for it after that.")
    yield reader.say("All times are in UTC.")
