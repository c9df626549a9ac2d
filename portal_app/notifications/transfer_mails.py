"""The mails of a transfer, to both sides at each step."""

from __future__ import annotations

from collections.abc import Iterator

from portal_app.kit.db import database
from portal_app.notifications.addressee import reader_of
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.rendering import Mail, NothingToSend, letterhead_of, render
from portal_app.notifications.transfer_words import WORDS, origin
from portal_app.transfers.links import stop_path_of
from portal_app.transfers.models import TransferState
from portal_app.transfers.service import Offer, Side, Step, offer_behind
from portal_app.transfers.views.wording import price_of_terms, titled
from portal_app.ui.reader import Reader


async def transfer_mail(message: OutboxMessage) -> Mail:
    """Raises NothingToSend when what it tells of is over by now: an offer, or carrying it out."""
    step, side = Step(message.payload["step"]), Side(message.payload["side"])
    async with database().reading() as session:
        offer = await offer_behind(session, message.payload["transfer_id"])
    if step is Step.OFFERED and offer.transfer.ended_at is not None:
        raise NothingToSend
    if step is Step.ACCEPTED and offer.transfer.state is not TransferState.ACCEPTED:
        raise NothingToSend
    reader = await reader_of(message)
    told = WORDS[side, step](reader, offer)
    company = offer.subject.row.company
    return render(
        "transfer",
        message.locale,
        subject=told.subject,
        head=letterhead_of(company.id, " ".join(company.title.split()), offer.subject.support),
        told=told,
        note=offer.transfer.note if (side, step) == (Side.RECIPIENT, Step.OFFERED) else "",
        facts=[(label, value) for label, value in _facts(reader, offer, step, side) if value],
        stop=origin(stop_path_of(offer.transfer.id)) if side is Side.SENDER else "",
    )


def _facts(reader: Reader, offer: Offer, step: Step, side: Side) -> Iterator[tuple[str, str]]:
    transfer, due = offer.transfer, offer.subject.next_charge
    yield reader.say("Membership"), titled(offer.subject)
    if side is Side.SENDER:
        yield reader.say("Offered to"), transfer.recipient_address
    else:
        yield reader.say("Price"), price_of_terms(reader, offer.terms) if due else ""
        yield reader.say("First charge"), reader.date(due) if due else ""
    if step is Step.OFFERED:
        yield reader.say("Open until"), reader.moment(transfer.expires_at)
    if step is Step.REFUSED:
        yield reader.say("What they say"), transfer.reason
    if step is Step.COMPLETED:
        yield (
            reader.say("Transferred on"),
            reader.moment(transfer.ended_at) if transfer.ended_at else "",
        )
        yield reader.say("Reference"), transfer.reference
