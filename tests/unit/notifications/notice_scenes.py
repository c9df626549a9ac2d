"""What happens before each notice, in `mail_shop.py`'s shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from portal_app.catalog.models import Interval, Plan, Product
from portal_app.invoices.models import InvoiceStatus, Refund
from portal_app.memberships.late_models import LateDebit
from portal_app.memberships.models import (
    Cancellation,
    CardNotice,
    Member,
    Membership,
    RetentionOffer,
)
from portal_app.memberships.plan_models import RequestedPlanChange
from tests.factories import (
    NOW,
    PERIOD_END,
    make_invoice,
    make_member,
    make_payment,
    make_person,
    make_plan,
)
from tests.rows import make_row
from tests.unit.notifications.mail_shop import Payload, Shop, previewed
from tests.unit.notifications.pause_scenes import paused, resuming, will_pause


async def receipt(shop: Shop) -> Payload:
    held = shop.held
    invoice = await shop.add(
        make_invoice,
        held.customer,
        id="inv_golden",
        number="NWA-0042",
        stripe_subscription_id=held.stripe_subscription_id,
        subtotal_minor=2437,
        tax_minor=463,
    )
    payment = await shop.add(make_payment, held.customer, invoice)
    return {"payment_id": payment.id}


async def payment_failed(shop: Shop, **over: Any) -> Payload:
    held = shop.held
    invoice = await shop.add(
        make_invoice,
        held.customer,
        **{
            "number": "NWA-0043",
            "status": InvoiceStatus.OPEN,
            "attempt_count": 1,
            "next_attempt_at": NOW + timedelta(days=3),
            "stripe_subscription_id": held.stripe_subscription_id,
            **over,
        },
    )
    await shop.change(
        Membership,
        held.membership.id,
        stripe_status="past_due",
        latest_stripe_invoice_id=invoice.stripe_invoice_id,
    )
    return {"invoice_id": invoice.id, "attempt": invoice.attempt_count}


async def last_payment_failed(shop: Shop) -> Payload:
    return await payment_failed(shop, attempt_count=4, next_attempt_at=None)


async def refund(shop: Shop) -> Payload:
    paid = await receipt(shop)
    found = await shop.add(
        make_row,
        Refund,
        {},
        payment_id=paid["payment_id"],
        stripe_refund_id="re_1",
        status="succeeded",
        currency="USD",
        amount_minor=1000,
        created_at=NOW,
        observed_at=NOW,
    )
    return {"refund_id": found.id}


async def renewal(shop: Shop) -> Payload:
    due = NOW + timedelta(days=30)
    plan = {"interval": Interval.YEAR, "amount_minor": 29000}
    await shop.change(Plan, shop.held.plan.id, **plan)
    values = {"current_period_end": due, "price_minor": 29000}
    await shop.change(Membership, shop.held.membership.id, **values)
    await previewed(shop, due, 29000, 5510)
    return {"due_at": due.isoformat()}


async def renewal_short(shop: Shop) -> Payload:
    return {"due_at": PERIOD_END.isoformat()}


async def trial_ending(shop: Shop) -> Payload:
    ends = NOW + timedelta(days=7)
    values = {"stripe_status": "trialing", "trial_end_at": ends, "current_period_end": ends}
    await shop.change(Membership, shop.held.membership.id, **values)
    await previewed(shop, ends, 2900, 551)
    return {"ends_at": ends.isoformat()}


async def card_expiring(shop: Shop) -> Payload:
    notice = await shop.add(
        make_row,
        CardNotice,
        {},
        payment_method_id=shop.card_id,
        membership_id=shop.held.membership.id,
        exp_year=2030,
        exp_month=12,
        charge_at=PERIOD_END,
        quiet=False,
        raised_at=NOW,
    )
    return {"notice_id": notice.id}


async def price_change(shop: Shop, at: datetime = NOW + timedelta(days=30)) -> Payload:
    product = await shop.add(_product_of, shop.held.plan)
    dearer = await shop.add(make_plan, product, amount_minor=3900, title="Pro")
    change = {"plan_id": dearer.id, "quantity": 1, "takes_effect_at": at.isoformat()}
    await shop.change(Membership, shop.held.membership.id, scheduled_change=change)
    return {
        "old_plan_id": shop.held.plan.id,
        "old_quantity": 1,
        "new_plan_id": dearer.id,
        "new_quantity": 1,
        "at": at.isoformat(),
    }


async def price_changed(shop: Shop) -> Payload:
    return await price_change(shop, at=NOW)


async def _product_of(session: Any, plan: Plan) -> Product:
    return await session.get_one(Product, plan.product_id)  # type: ignore[no-any-return]


async def payment_failed_and_over(shop: Shop) -> Payload:
    """The provider ends a subscription with its last try, as it is told to."""
    payload = await last_payment_failed(shop)
    over = {"stripe_status": "canceled", "canceled_at": NOW, "ended_at": NOW}
    await shop.change(Membership, shop.held.membership.id, **over)
    return payload


async def cancelled(shop: Shop) -> Payload:
    """Ada did it on the page, so there is a reference."""
    values = {"cancel_at_period_end": True, "cancel_at": PERIOD_END, "canceled_at": NOW}
    await shop.change(Membership, shop.held.membership.id, **values)
    await shop.add(
        make_row,
        Cancellation,
        {"id": "cncl_golden"},
        membership_id=shop.held.membership.id,
        member_id="mber_golden",
        intent_id="itn_1",
        reference="C-7F3K-9QXM",
        source="page",
        asked_at=NOW,
        ends_at=PERIOD_END,
    )
    return {}


async def ended(shop: Shop) -> Payload:
    await cancelled(shop)
    over = {"stripe_status": "canceled", "ended_at": NOW}
    await shop.change(Membership, shop.held.membership.id, **over)
    return {}


async def ended_while_paying(shop: Shop) -> Payload:
    """A debit of the period that will not run was on its way by then."""
    payload = await ended(shop)
    await shop.add(
        make_invoice,
        shop.held.customer,
        id="inv_late",
        stripe_invoice_id="in_late",
        stripe_subscription_id=shop.held.stripe_subscription_id,
        status=InvoiceStatus.OPEN,
        amount_paid_minor=0,
        amount_remaining_minor=2900,
        paid_at=None,
    )
    values = {"membership_id": shop.held.membership.id, "noted_at": NOW}
    await shop.add(make_row, LateDebit, {"stripe_invoice_id": "in_late"}, **values)
    return payload


async def kept(shop: Shop) -> Payload:
    return {}


async def asked_for(shop: Shop, **over: Any) -> Payload:
    """Ada has asked for a cheaper plan."""
    async with shop.db.reading() as session:
        product = await session.get_one(Product, shop.held.membership.product_id)
    small = await shop.add(make_plan, product, title="Small", amount_minor=1900)
    plan = shop.held.membership.plan_id
    change = await shop.add(
        make_row,
        RequestedPlanChange,
        {},
        membership_id=shop.held.membership.id,
        member_id="mber_golden",
        intent_id="itn_1",
        timing="at_renewal",
        from_plan_id=plan,
        from_quantity=1,
        to_plan_id=small.id,
        to_quantity=1,
        amount_minor=0,
        currency="USD",
        asked_at=NOW,
        effective_at=PERIOD_END,
        **over,
    )
    return {"change_id": change.id}


async def asked_for_and_paid(shop: Shop) -> Payload:
    payload = await asked_for(shop, happened_at=NOW)
    await shop.change(RequestedPlanChange, payload["change_id"], amount_minor=1342, timing="now")
    return payload


async def won_back(shop: Shop) -> Payload:
    await shop.add(
        make_row,
        RetentionOffer,
        {},
        membership_id=shop.held.membership.id,
        member_id="mber_golden",
        kind="discount",
        terms={"coupon": "STAY", "percent_off": 20, "months": 3},
        chosen_at=NOW,
        taken_at=NOW,
    )
    return {}


async def give_away(shop: Shop) -> None:
    """Ben holds it now."""
    await shop.change(Member, "mber_golden", until_at=NOW)
    ben = await shop.add(make_person, "ben@example.com")
    await shop.add(make_member, shop.held.membership, ben, customer=shop.held.customer, from_at=NOW)


PAID = {
    "status": InvoiceStatus.PAID,
    "paid_at": NOW,
    "amount_paid_minor": 2900,
    "amount_remaining_minor": 0,
}
Scene = Callable[[Shop], Awaitable[Payload]]
# Name of the golden file → kind of notice and what happened.
SCENES: dict[str, tuple[str, Scene]] = {
    "receipt": ("receipt", receipt),
    "payment_failed": ("payment_failed", payment_failed),
    "payment_failed_last": ("payment_failed", last_payment_failed),
    "payment_failed_over": ("payment_failed", payment_failed_and_over),
    "refund": ("refund", refund),
    "renewal": ("renewal", renewal),
    "renewal_short": ("renewal_short", renewal_short),
    "trial_ending": ("trial_ending", trial_ending),
    "card_expiring": ("card_expiring", card_expiring),
    "price_change": ("price_change", price_change),
    "price_changed": ("price_change", price_changed),
    "cancelled": ("cancelled", cancelled),
    "kept": ("kept", kept),
    "will_pause": ("paused", will_pause),
    "paused": ("paused", paused),
    "resuming": ("resuming", resuming),
    "resumed": ("resumed", kept),
    "plan_change_scheduled": ("plan_change_scheduled", asked_for),
    "plan_changed": ("plan_changed", asked_for_and_paid),
    "won_back": ("won_back", won_back),
    "ended": ("ended", ended),
    "ended_late": ("ended", ended_while_paying),
    "yearly_reminder": ("yearly_reminder", kept),
    "tacit_renewal": ("tacit_renewal", renewal),
}
