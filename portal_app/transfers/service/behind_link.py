"""What a link says to whoever opens it: everything that is needed to decide, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding.published import brand_of
from portal_app.catalog.configuration import TransferMode
from portal_app.identity.actor import Actor
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import default_of, list_wallets
from portal_app.transfers import repository
from portal_app.transfers.errors import (
    CantTransfer,
    NotTheRecipient,
    OfferChanged,
    OfferOver,
    OwnAccount,
    TransferNotFound,
)
from portal_app.transfers.links import digest_of_link, is_token
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import ACCEPTABLE, Terms, digest_of, is_recipient, masked
from portal_app.transfers.service.subject import Subject, subject_of
from portal_app.transfers.service.telling import Step, tell


class Verdict(StrEnum):
    """What the page is: an offer, or one of the ways in which a link is dead."""

    OPEN = "open"
    ACCEPTED = "accepted"
    USED = "used"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"
    NOT_ALLOWED = "not_allowed"


_BY_STATE = {
    TransferState.ACCEPTED: Verdict.ACCEPTED,
    TransferState.COMPLETED: Verdict.USED,
    TransferState.DECLINED: Verdict.DECLINED,
    TransferState.WITHDRAWN: Verdict.WITHDRAWN,
    TransferState.EXPIRED: Verdict.EXPIRED,
    TransferState.FAILED: Verdict.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """*sender* is the address of who gives it away, empty when nobody has claimed it.

    *terms_url* is where the seller's own terms are, empty where it has none.
    """

    transfer: Transfer
    subject: Subject
    terms: Terms
    sender: str
    verdict: Verdict
    terms_url: str = ""

    @property
    def masked_sender(self) -> str:
        return masked(self.sender)

    @property
    def needs_method(self) -> bool:
        """Whether something will be charged some day."""
        return self.subject.facts.recurring

    @property
    def shown(self) -> str:
        """Of exactly what a recipient agrees to."""
        return digest_of(
            transfer=self.transfer.id,
            terms=self.terms.stored(),
            starts_at=self.subject.next_charge,
            terms_url=self.terms_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientPage:
    """The offer as a signed-in person sees it; *refusal* is why they can't accept it.

    *methods* are what they have on file that a renewal could be charged to, *chosen* the one that
    is used unless they say otherwise. *has_already* says that they hold the same product.
    """

    offer: Offer
    refusal: PortalError | None
    methods: tuple[PaymentMethod, ...] = ()
    chosen: str = ""
    has_already: bool = False
    to_member_id: str = ""


async def behind_link(session: AsyncSession, token: object) -> Offer:
    """What the link is about, be it still of use or not; uses nothing up.

    Raises TransferNotFound for no link of ours, and for one that was not sent out yet.
    """
    transfer = None
    if is_token(token):
        transfer = await repository.by_digest(session, digest_of_link(str(token)))
    if transfer is None or transfer.offered_at is None:
        raise TransferNotFound
    return await offer_of(session, transfer)


async def offer_behind(session: AsyncSession, transfer_id: str) -> Offer:
    """The offer with this id, for whoever writes about it."""
    return await offer_of(session, await session.get_one(Transfer, transfer_id))


async def offer_of(session: AsyncSession, transfer: Transfer) -> Offer:
    """As things stand now."""
    now = business_now()
    mode = TransferMode.ON if transfer.source == "api" else None
    subject = await subject_of(session, transfer.membership_id, now, mode=mode)
    terms = Terms.read(transfer.terms)
    verdict = _BY_STATE.get(transfer.state, Verdict.OPEN)
    if verdict is Verdict.OPEN and transfer.expires_at <= now:
        verdict = Verdict.EXPIRED
    given_on = subject.row.member.id != transfer.member_id
    if verdict is Verdict.OPEN and (
        subject.blocked is not None or given_on or not subject.is_as_offered(terms)
    ):
        verdict = Verdict.NOT_ALLOWED
    senders = await repository.addresses_of(session, transfer.person_id)
    brand = brand_of(transfer.company_id)
    return Offer(
        transfer=transfer,
        subject=subject,
        terms=terms,
        sender=senders[0].address if senders else "",
        verdict=verdict,
        terms_url=(brand.terms_url if brand else None) or "",
    )


async def recipient_page(session: AsyncSession, actor: Actor, token: object) -> RecipientPage:
    """Raises TransferNotFound."""
    offer = await behind_link(session, token)
    refusal = await refusal_for(session, actor, offer.transfer)
    done = offer.transfer.recipient_person_id == actor.person_id
    if refusal is not None or offer.verdict is not Verdict.OPEN:
        to_member_id = offer.transfer.to_member_id or "" if done else ""
        return RecipientPage(offer=offer, refusal=refusal, to_member_id=to_member_id)
    methods, chosen = await _methods(session, actor, offer)
    others = await repository.holds_another(
        session,
        actor.person_id,
        offer.subject.row.product.id,
        but=offer.transfer.membership_id,
    )
    return RecipientPage(
        offer=offer,
        refusal=None,
        methods=methods,
        chosen=chosen,
        has_already=any(one.ended_at is None for one in others),
    )


async def refusal_for(
    session: AsyncSession, actor: Actor, transfer: Transfer
) -> PortalError | None:
    """Why it is not for this person; a leaked link says nothing else to them."""
    if transfer.person_id == actor.person_id:
        return OwnAccount()
    proved = await repository.addresses_of(session, actor.person_id)
    if not is_recipient(transfer, {one.address_key for one in proved}):
        return NotTheRecipient()
    return None


def must_be_open(offer: Offer, shown: object) -> None:
    """Raises OfferOver, CantTransfer and OfferChanged."""
    if offer.verdict is Verdict.NOT_ALLOWED:
        raise CantTransfer(offer.subject.blocked or "changed")
    if offer.verdict is not Verdict.OPEN:
        raise OfferOver
    if shown != offer.shown:
        raise OfferChanged


async def _methods(
    session: AsyncSession, actor: Actor, offer: Offer
) -> tuple[tuple[PaymentMethod, ...], str]:
    """Those of customers that can be billed in this currency: one has one currency each."""
    if not offer.needs_method:
        return (), ""
    wallets = [
        wallet
        for wallet in await list_wallets(session, actor)
        if wallet.customer.currency in {None, offer.terms.currency}
    ]
    # Where something is billed in this currency already comes first.
    wallets.sort(key=lambda wallet: wallet.customer.currency is None)
    methods = tuple(method for wallet in wallets for method in wallet.methods)
    defaults = {default_of(wallet.customer) for wallet in wallets}
    chosen = next(
        (one for one in methods if one.stripe_payment_method_id in defaults), None
    ) or next(iter(methods), None)
    return methods, chosen.id if chosen else ""


async def mark_opened(db: Database, actor: Actor, token: object) -> None:
    """The recipient has seen it, signed in: mail scanners are not."""
    async with db.reading() as session:
        offer = await behind_link(session, token)
        new = offer.verdict is Verdict.OPEN and offer.transfer.state in ACCEPTABLE
        if not new or offer.transfer.opened_at or await refusal_for(session, actor, offer.transfer):
            return
    await _open(db, offer.transfer)


async def _open(db: Database, transfer: Transfer) -> None:
    async with db.unit_of_work() as session:
        row = await session.get_one(Transfer, transfer.id)
        if await repository.move(
            session,
            row,
            TransferState.OPENED,
            among=(TransferState.OFFERED,),
            opened_at=business_now(),
        ):
            await tell(session, row, Step.OPENED)
