"""What a company of its own was paid and billed in yen, for reads by Whop's SDK."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.api.keys import ALL_SCOPES, create_key
from portal_app.api.scopes import INVOICE_BASIC_READ, PAYMENT_BASIC_READ
from portal_app.invoices.models import InvoiceLine, InvoiceStatus, PaymentStatus, Refund
from tests.billing_factories import keep_totals
from tests.factories import (
    NOW,
    HeldMembership,
    make_company,
    make_invoice,
    make_membership,
    make_one_time,
    make_payment,
    make_person,
    make_plan,
    make_product,
    number,
)
from tests.http.api.conftest import World, build_world
from tests.rows import added


class Billing(NamedTuple):
    """Ids of payments and invoices by what became of them, newest first as they are listed.

    *narrow_key* reads payments and invoices, and nothing about people.
    """

    world: World
    key: str
    narrow_key: str
    yen: HeldMembership
    payments: dict[str, str]
    invoices: dict[str, str]


async def _bill(session: AsyncSession, held: HeldMembership, age: int, **over: Any) -> Any:
    at = NOW - timedelta(days=age)
    given = {
        "company_id": held.membership.company_id,
        "stripe_subscription_id": held.stripe_subscription_id,
        "created_at": at,
        "currency": held.plan.currency,
    }
    invoice = await make_invoice(session, held.customer, **{**given, **over})
    await added(
        session,
        InvoiceLine(
            invoice_id=invoice.id,
            position=0,
            stripe_line_id=f"il_{number()}",
            stripe_price_id=held.plan.stripe_price_id,
            description="Dojo",
            quantity=2,
            amount_minor=invoice.subtotal_minor,
        ),
    )
    return invoice


async def build_billing(session: AsyncSession) -> Billing:
    world = await build_world(session)
    company = await make_company(session, id="biz_dojo", title="Dojo")
    product = await make_product(session, company, title="Dojo")
    person = await make_person(session, "cleo@example.com", name="Cleo")
    plan = await make_plan(session, product, amount_minor=1500, currency="JPY")
    yen = await make_membership(session, person, plan=plan)
    common: dict[str, Any] = {"company_id": company.id}
    yens = {"subtotal_minor": 3000, "total_minor": 3000, "amount_due_minor": 3000}
    paid = await _bill(session, yen, 3, **yens, amount_paid_minor=3000)
    late = await _bill(
        session,
        yen,
        2,
        **yens,
        status=InvoiceStatus.OPEN,
        amount_paid_minor=0,
        amount_remaining_minor=3000,
        due_at=NOW - timedelta(days=1),
        attempt_count=1,
    )
    draft = await _bill(session, yen, 1, **yens, status=InvoiceStatus.DRAFT, amount_paid_minor=0)
    of_paid = await make_payment(
        session,
        yen.customer,
        paid,
        **common,
        amount_minor=3000,
        currency="JPY",
        refunded_minor=1000,
        created_at=NOW - timedelta(days=3),
    )
    refund = Refund(
        payment_id=of_paid.id,
        stripe_refund_id=f"re_{number()}",
        status="succeeded",
        currency="JPY",
        amount_minor=1000,
        created_at=NOW,
        observed_at=NOW,
    )
    await added(session, refund)
    of_late = await make_payment(
        session,
        yen.customer,
        late,
        **common,
        amount_minor=3000,
        currency="JPY",
        status=PaymentStatus.FAILED,
        failure_code="insufficient_funds",
        created_at=NOW - timedelta(days=2),
    )
    once = await make_plan(session, product, amount_minor=990, currency="JPY", interval=None)
    bought = await make_one_time(session, person, plan=once, customer=yen.customer)
    intent = bought.membership.stripe_payment_intent_id
    alone = await make_payment(
        session,
        yen.customer,
        **common,
        stripe_payment_intent_id=intent,
        stripe_charge_id=f"ch_{intent}",
        amount_minor=990,
        currency="JPY",
        created_at=NOW - timedelta(days=1),
    )
    await keep_totals(session, paid, late, draft, of_paid, of_late, alone)
    payments = {"alone": alone.id, "late": of_late.id, "paid": of_paid.id}
    invoices = {"draft": draft.id, "late": late.id, "paid": paid.id}
    keys = []
    for scopes in (ALL_SCOPES, [PAYMENT_BASIC_READ, INVOICE_BASIC_READ]):
        _, text = await create_key(session, scopes=scopes, name="test", now=NOW, **common)
        keys.append(text)
    return Billing(world, *keys, yen, payments, invoices)
