"""How an accepted transfer is made to happen, once, whatever breaks off on the way.

A subscription's customer can't be changed, so another one begins where the old one's paid time
ends. **a** the old one is told to end with its period: from here on the sender is never charged
again, whatever crashes; **b** the new one begins, and charges nothing before that day; **c** our
rows change hands in one transaction; **d** the old one ends at once, without proration. If b is
refused, a is taken back. Each step looks first at what is there, and has a key of its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import SYSTEM, write_as
from portal_app.intents.models import Intent
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.kit.failpoints import failpoint
from portal_app.memberships.models import Membership
from portal_app.memberships.projection import TRANSFER_KEY, hand_on, project_subscription
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.service import withdraw_all
from portal_app.provider.answers import SubscriptionTerms
from portal_app.provider.errors import RefusedByProvider, UnknownAtProvider
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.handover import NewSubscription
from portal_app.provider.marked import MARK
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers import repository
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import (
    Continuation,
    continuation,
    first_charge_of,
    price_at_provider,
    refusal_at_provider,
)
from portal_app.transfers.service.ending import ending, operator_mends
from portal_app.transfers.service.keeping import is_left_ending, keeping
from portal_app.transfers.service.telling import Step, note, tell

log = logging.getLogger(__name__)
_ARRANGE: Final = 1
_BEGIN: Final = 2
_UNDO: Final = 3
_BEGIN_LATE: Final = 6
_TWIN: Final = 100
_RETIRE: Final = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Both subscriptions afterwards; none for what was paid once. *refused* says why not."""

    old: SubscriptionFacts | None = None
    new: SubscriptionFacts | None = None
    refused: str = ""


async def _send(provider: PaymentWriter, intent: Intent) -> Moved:
    """No refusal ends the intent: it is an answer, which the transfer has to show."""
    try:
        with operator_mends():
            return await _carried_out(provider, intent)
    except ProviderUnavailable:
        raise
    except PortalError as refusal:
        log.exception("a transfer could not be carried out", extra={"fields": {"id": intent.id}})
        return Moved(refused=refusal.code)


async def _carried_out(provider: PaymentWriter, intent: Intent) -> Moved:
    asked = intent.payload
    if asked["subscription"] is None:
        return Moved()
    found = await provider.subscription_terms(asked["subscription"])
    mark = found.subscription.metadata.get(TRANSFER_KEY, "")
    if mark.startswith(f"{asked['transfer']}/"):
        # An earlier try was refused, took everything back, and could not tell us any more.
        return Moved(old=found.subscription, refused=mark.partition("/")[2])
    if mark != asked["transfer"]:
        if refused := refusal_at_provider(found, business_now()) or _changed(asked, found):
            return Moved(old=found.subscription, refused=refused)
        await provider.cancel_at_period_end(
            found.subscription.id,
            metadata={TRANSFER_KEY: asked["transfer"]},
            key=intent.step_key(_ARRANGE),
        )
    failpoint("transfers.arranged")
    how = continuation(found, business_now())
    try:
        new = await _begin(provider, intent, found, how, key=intent.step_key(_BEGIN))
    except (RefusedByProvider, UnknownAtProvider) as refusal:
        return await _refused(provider, intent, found, refusal.code)
    failpoint("transfers.begun")
    return Moved(old=found.subscription, new=new)


async def _refused(
    provider: PaymentWriter, intent: Intent, found: SubscriptionTerms, code: str
) -> Moved:
    """The new one was not begun: mostly everything is put back as it was."""
    begun = await provider.find_subscription(intent.payload["customer"], intent.id)
    if begun is not None:
        # An earlier try got further than its answer: nobody may be charged for both.
        return Moved(old=found.subscription, new=begun)
    old = await provider.subscription(found.subscription.id)
    if old.status not in OVER:
        try:
            return await _undone(provider, intent, old, code)
        except (RefusedByProvider, UnknownAtProvider):
            # It may have ended between the two calls; else it is asked for again (`keeping`).
            old = await provider.subscription(found.subscription.id)
            if old.status not in OVER:
                return Moved(old=old, refused=code)
    # The paid time ran out between a and b. What was agreed to be charged from then on, is.
    try:
        key = intent.step_key(_BEGIN_LATE)
        new = await _begin(provider, intent, found, Continuation(), key=key)
    except (RefusedByProvider, UnknownAtProvider):
        return Moved(old=old, refused=code)
    return Moved(old=old, new=new)


def _changed(asked: dict[str, Any], found: SubscriptionTerms) -> str:
    """The recipient agreed to an amount, from a day on, and to nothing else."""
    amount, starts_at = price_at_provider(found), first_charge_of(found).isoformat()
    agreed = (asked["amount_minor"], asked["currency"], asked["starts_at"])
    return "" if agreed == (amount.minor, amount.currency, starts_at) else "changed"


async def _begin(
    provider: PaymentWriter,
    intent: Intent,
    found: SubscriptionTerms,
    how: Continuation,
    *,
    key: str,
) -> SubscriptionFacts:
    asked, old = intent.payload, found.subscription
    items, twins = [], []
    for place, item in enumerate((old.plan, *old.extras)):
        price_id = item.price.id
        if not item.price.active:
            # What is no longer sold can't be begun anew; it costs the same under another id.
            price_id = await provider.twin_price(item.price, key=intent.step_key(_TWIN + place))
            twins.append(price_id)
        items.append((price_id, item.quantity))
    license_key = {"license_key": asked["license_key"]} if asked["license_key"] else {}
    wanted = NewSubscription(
        customer_id=asked["customer"],
        items=tuple(items),
        starts_at=how.starts_at,
        anchor_day=how.anchor_day,
        anchor_month=how.anchor_month,
        trial_ends_at=how.trial_ends_at,
        method_id=asked["method"],
        coupon_ids=tuple(one.id for one in found.discounts if one.lasts),
        tax_rate_ids=tuple(one.id for one in found.tax_rates),
        automatic_tax=found.automatic_tax,
        # In one order, as a key belongs to one request: step a has put a word of its own in there.
        metadata=dict(
            sorted(
                {
                    **old.metadata,
                    **license_key,
                    "portal_membership": intent.about,
                    TRANSFER_KEY: asked["transfer"],
                    MARK: intent.id,
                }.items()
            )
        ),
    )
    new = await provider.create_subscription(wanted, key=key)
    for place, twin in enumerate(twins):
        await provider.archive_price(twin, key=intent.step_key(_RETIRE + place))
    return new


async def _undone(
    provider: PaymentWriter, intent: Intent, old: SubscriptionFacts, code: str
) -> Moved:
    """Everything as it was, and a mark that says so to whoever tries again."""
    mark = {TRANSFER_KEY: f"{intent.payload['transfer']}/{code}"}
    kept = await provider.keep_subscription(old.id, metadata=mark, key=intent.step_key(_UNDO))
    failpoint("transfers.undone")
    return Moved(old=kept, refused=code)


async def _find(provider: PaymentWriter, intent: Intent) -> Moved | None:
    """What an earlier try has begun, when its key may be forgotten."""
    asked = intent.payload
    if asked["subscription"] is None:
        return None
    with operator_mends():
        new = await provider.find_subscription(asked["customer"], intent.id)
        if new is None:
            return None
        return Moved(old=await provider.subscription(asked["subscription"]), new=new)


async def _apply(
    session: AsyncSession, intent: Intent, answer: Moved, *, observed_at: datetime
) -> None:
    transfer = await session.get_one(Transfer, intent.payload["transfer"])
    now = business_now()
    if answer.refused:
        # Not under way any more: until then the old one's state would not count.
        intent.done_at = wall_now()
        await session.flush()
        await _fail(session, transfer, answer, observed_at=observed_at)
        return
    membership = await session.get_one(
        Membership, intent.about, with_for_update=True, populate_existing=True
    )
    customer = await session.get_one(Customer, intent.payload["customer_id"])
    # Their contract is over with this: the recipient would be told that theirs is cancelled.
    await withdraw_all(session, membership)
    holding = await hand_on(
        session,
        membership,
        person_id=intent.payload["person"],
        customer=customer,
        at=now,
    )
    if answer.new is not None:
        await project_subscription(session, answer.new, observed_at=observed_at, handing_on=True)
    elif intent.payload["license_key"]:
        membership.license_key = intent.payload["license_key"]
    await repository.move(
        session,
        transfer,
        TransferState.COMPLETED,
        among=(TransferState.ACCEPTED,),
        ended_at=now,
        to_member_id=holding.id,
    )
    await tell(session, transfer, Step.COMPLETED)
    if answer.old is not None:
        session.add(ending(transfer, answer.old))


async def _fail(
    session: AsyncSession, transfer: Transfer, answer: Moved, *, observed_at: datetime
) -> None:
    if answer.old is not None:
        # Whatever it shows was our doing, not what whoever accepted has asked for.
        write_as(session, SYSTEM)
        await project_subscription(session, answer.old, observed_at=observed_at)
        if is_left_ending(transfer, answer.old):
            session.add(keeping(transfer, answer.old, answer.refused))
    await repository.move(
        session,
        transfer,
        TransferState.FAILED,
        among=(TransferState.ACCEPTED,),
        ended_at=business_now(),
        reason=answer.refused,
    )
    await note(session, transfer, "transfer_failed")
    await tell(session, transfer, Step.FAILED)


MOVE: Final = Write(kind="transfers.move", send=_send, apply=_apply, find=_find)
