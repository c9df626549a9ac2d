"""The confirmation of a transfer as a document: each side reads its own part, the other masked."""

from __future__ import annotations

from collections.abc import Iterator

from portal_app.invoices.documents import wording
from portal_app.invoices.documents.model import Document, Fact, Party
from portal_app.invoices.snapshot import Party as KeptParty
from portal_app.memberships.service import membership_name
from portal_app.transfers.service import ConfirmedTransfer, Side
from portal_app.transfers.views.wording import dated, price_of_terms
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader


def transfer_document(reader: Reader, rows: ConfirmedTransfer) -> Document:
    transfer = rows.transfer
    gave, got = (rows.own, rows.other) if rows.side is Side.SENDER else (rows.other, rows.own)
    done = transfer.ended_at or transfer.asked_at
    return Document(
        kind="confirmation",
        id=transfer.id,
        language=supported(reader.locale),
        title=reader.say("Confirmation of transfer"),
        number=transfer.reference,
        issuer=wording.issuer_of(rows.company, KeptParty()),
        accent=wording.accent_of(rows.company),
        company_id=rows.company.id,
        product_id=rows.product.id,
        status=reader.say("Transferred on {date}", date=reader.date(done)),
        issued_at=done,
        country=str(rows.customer.address.get("country") or ""),
        facts=tuple(Fact(label, value) for label, value in _facts(reader, rows) if value),
        parties=(
            Party(reader.say("Sold by"), (rows.company.title,)),
            Party(reader.say("Transferred by"), (gave,)),
            Party(reader.say("Transferred to"), (got,)),
        ),
        items=(),
        figures=(),
        entries=(),
        notes=(
            *_notes(reader, rows),
            reader.say("All times are in UTC."),
            *wording.help_note(reader, rows.company, rows.support),
        ),
        headings=wording.headings(reader),
    )


def _facts(reader: Reader, rows: ConfirmedTransfer) -> Iterator[tuple[str, str]]:
    transfer = rows.transfer
    yield reader.say("Reference"), transfer.reference
    yield reader.say("Membership"), membership_name(rows.product.title, rows.plan.title)
    yield reader.say("Price"), _price(reader, rows)
    yield reader.say("Offered on"), reader.moment(transfer.offered_at or transfer.asked_at)
    if transfer.accepted_at:
        yield reader.say("Accepted on"), reader.moment(transfer.accepted_at)
    if transfer.ended_at:
        yield reader.say("Transferred on"), reader.moment(transfer.ended_at)
    if rows.side is Side.RECIPIENT:
        yield reader.say("First charge"), dated(reader, transfer.starts_at)
        yield reader.say("Terms agreed to"), transfer.terms_url


def _price(reader: Reader, rows: ConfirmedTransfer) -> str:
    """What was paid once, was paid by who gave it away."""
    if rows.side is Side.RECIPIENT and not rows.terms.interval:
        return reader.say("Nothing: it was paid once.")
    return price_of_terms(reader, rows.terms)


def _notes(reader: Reader, rows: ConfirmedTransfer) -> Iterator[str]:
    if rows.side is Side.SENDER:
        yield reader.say("You have no access any more and are never charged for it again.")
        yield reader.say(
            "Your invoices and receipts, payment methods and billing details stay with you."
        )
        return
    if rows.terms.interval:
        yield reader.say("You paid nothing for the transfer. You can cancel at any time.")
    else:
        yield reader.say("You paid nothing for the transfer, and nothing will be charged.")
    yield reader.say("What was paid before, and its invoices, stay with whoever paid.")
    if rows.transfer.consent:
        yield reader.say("You agreed to: {words}", words=" ".join(rows.transfer.consent.split()))
