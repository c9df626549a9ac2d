"""One entry of the billing history with all that belongs to it, and to whom it answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from portal_app.identity.models import Person
from portal_app.invoices.errors import EntryNotFound
from portal_app.invoices.models import Dispute, Invoice, InvoiceLine, Payment, Refund
from portal_app.invoices.rules.explain import Cause
from portal_app.invoices.service import EntryDetails, get_entry
from portal_app.invoices.views import entry_view
from portal_app.memberships.service import billed_holding, bills_of, purchases_of
from portal_app.ui.reader import Reader
from tests.db.history_world import DAY, HistoryWorld
from tests.factories import NOW, make_invoice, make_one_time, make_payment, make_row, number
from tests.rows import PERIOD_END, PERIOD_START

EN = Reader("en")


async def add_line(session: Any, invoice: Invoice, **over: Any) -> InvoiceLine:
    return await make_row(
        session,
        InvoiceLine,
        over,
        invoice_id=invoice.id,
        position=0,
        stripe_line_id=f"il_{number()}",
        stripe_price_id="price_1",
        description="1 × Trading Room (at $29.00 / month)",
        amount_minor=invoice.subtotal_minor,
        period_start=PERIOD_START,
        period_end=PERIOD_END,
    )


async def read(world: HistoryWorld, given_id: object) -> EntryDetails:
    async with world.db.reading() as session:
        return await get_entry(session, world.ada, given_id)


def shown(details: EntryDetails) -> Any:
    return entry_view(EN, details, {}, holding=None, pay_href="", now=NOW)


async def test_a_discount_that_ended_is_explained(world: HistoryWorld) -> None:
    async with world.writing() as session:
        given = {"stripe_subscription_id": "sub_x", "billing_reason": "subscription_cycle"}
        first = await make_invoice(
            session, world.hers.customer, 2500, created_at=NOW - 60 * DAY, **given
        )
        first.subtotal_minor, first.discount_minor = 2900, 400
        first.issued_at = NOW - 60 * DAY
        await add_line(session, first, amount_minor=2900, discount_minor=400)
        change = {**given, "billing_reason": "subscription_update"}
        between = await make_invoice(session, world.hers.customer, 100, **change)
        between.issued_at = NOW - 40 * DAY
        second = await make_invoice(session, world.hers.customer, 2900, **given)
        second.issued_at = NOW - 30 * DAY
        await add_line(session, second)
        # Of the same subscription, and paid by somebody else: after a transfer.
        his = await make_invoice(session, world.his.customer, 9900, **given)
        his.issued_at = NOW - 31 * DAY
    details = await read(world, second.id)
    assert details.previous is not None
    assert details.previous.id == first.id
    assert [(part.cause, part.amount) for part in details.parts] == [(Cause.DISCOUNT_ENDED, 400)]
    view = shown(details)
    assert view.explained.difference == "$4.00 more than on 17 Sep 2026:"
    assert [(row.text, row.amount) for row in view.explained.parts] == [
        ("A discount ended", "+$4.00")
    ]
    assert (await read(world, first.id)).previous is None
    assert shown(await read(world, first.id)).explained.about.startswith("The first charge for ")


async def test_everything_that_happened_to_the_money_is_shown(world: HistoryWorld) -> None:
    async with world.writing() as session:
        invoice = await make_invoice(session, world.hers.customer)
        failed = {"status": "failed", "failure_code": "insufficient_funds"}
        await make_payment(session, world.hers.customer, invoice, **failed)
        later = {"created_at": NOW + timedelta(hours=1), "refunded_minor": 900}
        paid = await make_payment(session, world.hers.customer, invoice, **later)
        times = {"currency": "USD", "created_at": NOW, "observed_at": NOW, "amount_minor": 900}
        given = {"reason": "requested_by_customer", "status": "succeeded", **times}
        await make_row(
            session, Refund, {}, payment_id=paid.id, stripe_refund_id=f"re_{number()}", **given
        )
        await make_row(
            session,
            Dispute,
            {},
            payment_id=paid.id,
            stripe_dispute_id=f"dp_{number()}",
            status="needs_response",
            **times,
        )
    view = shown(await read(world, invoice.id))
    assert view.status == "Partly refunded"
    assert [(row.status, row.method) for row in view.payments] == [
        ("Failed", "Visa ending 4242"),
        ("Paid", "Visa ending 4242"),
    ]
    assert view.payments[0].failure.startswith("There isn't enough money")
    assert [(row.amount, row.reason, row.status) for row in view.refunds] == [
        ("$9.00", "As you asked", "Refunded")
    ]
    assert "has not decided yet" in view.disputes[0].sentence
    assert [(row.label, row.amount) for row in view.sums] == [
        ("Total amount", "$29.00"),
        ("Paid", "$29.00"),
        ("Refunded", "$9.00"),
    ]
    assert view.receipt.href == f"/receipts/{paid.id}.pdf"
    assert view.receipt.name == f"Receipt R-{invoice.number}"
    assert view.invoice.name == f"Invoice {invoice.number}"


async def test_figures_parties_and_taxes_are_those_of_the_issue(world: HistoryWorld) -> None:
    tax = {"label": "VAT", "percentage": "19", "reason": "", "inclusive": False}
    exempt = {**tax, "reason": "reverse_charge", "percentage": "0", "amount_minor": 0}
    address = {"line1": "1 Main St", "city": "London", "country": "GB"}
    buyer = {"name": "Ada Ltd", "email": "", "country": "", "address": address}
    snapshot = {
        "seller": {"name": "Northwind Ltd", "country": "US"},
        "buyer": {**buyer, "tax_ids": [["gb_vat", "GB123"]]},
        "taxes": [{**tax, "amount_minor": 551}, exempt],
    }
    async with world.writing() as session:
        over = {"subtotal_minor": 3300, "discount_minor": 400, "tax_minor": 551}
        balance = {"balance_applied_minor": -300, "amount_due_minor": 3151}
        paid = {"amount_paid_minor": 3151, "credited_minor": 100}
        invoice = await make_invoice(
            session, world.hers.customer, 3451, snapshot=snapshot, **over, **balance, **paid
        )
        await add_line(session, invoice, discount_minor=400, tax_minor=551, quantity=2)
    view = shown(await read(world, invoice.id))
    assert [(row.label, row.amount) for row in view.sums] == [
        ("Subtotal", "$33.00"),
        ("Discount", "-$4.00"),
        ("VAT 19%", "$5.51"),
        ("VAT 0%", "$0.00"),
        ("Total amount", "$34.51"),
        ("Credit used", "-$3.00"),
        ("Amount due", "$31.51"),
        ("Credit notes", "-$1.00"),
        ("Paid", "$31.51"),
    ]
    assert view.notes == ["Reverse charge: the buyer accounts for the tax."]
    assert (view.lines[0].quantity, view.lines[0].discount) == ("2", "-$4.00")
    assert view.lines[0].period == "16 Nov 2026 to 16 Dec 2026"
    assert view.buyer.lines == ["1 Main St", "London", "United Kingdom", "Tax ID GB123"]
    assert (view.seller.name, view.seller.lines) == ("Northwind Ltd", ["United States"])


async def test_a_purchase_without_an_invoice_has_a_page(world: HistoryWorld) -> None:
    async with world.writing() as session:
        person = await session.get(Person, world.ada.person_id)
        bought = await make_one_time(session, person, customer=world.hers.customer)
        intent = bought.membership.stripe_payment_intent_id
        given = {"stripe_payment_intent_id": intent, "stripe_charge_id": "ch_1"}
        payment = (await make_payment(session, world.hers.customer, **given)).id
    details = await read(world, payment)
    async with world.db.reading() as session:
        titles = await purchases_of(session, world.ada, [details.entry.payment])
        assert await purchases_of(session, world.ben, [details.entry.payment]) == {}
    assert titles == {payment: "Trading Room"}
    view = entry_view(EN, details, titles, holding=None, pay_href="", now=NOW)
    assert (view.heading, view.title) == ("Payment of 16 Nov 2026", "Trading Room")
    assert view.receipt.href == f"/receipts/{payment}.pdf"
    assert (view.invoice.href, view.stripe_href, view.lines) == ("", "", [])


async def test_the_membership_that_was_billed_is_named_to_its_holder(world: HistoryWorld) -> None:
    async with world.db.reading() as session:
        subscription = world.hers.stripe_subscription_id
        invoice = Invoice(stripe_subscription_id=subscription, stripe_invoice_id="in_none")
        assert await billed_holding(session, world.ada, invoice) == (
            world.hers.member.id,
            "Trading Room",
        )
        assert await billed_holding(session, world.ben, invoice) is None
        held, bills = await bills_of(session, world.ada, world.hers.member.id, NOW)
        assert held.row.member.id == world.hers.member.id
        assert bills.subscription_ids == (subscription,)


async def test_anothers_and_unknown_and_malformed_ids_answer_alike(world: HistoryWorld) -> None:
    drafts = [one for one in await _all_ids(world) if one not in world.standings]
    given = [*sorted(world.bens), *drafts, "inv_0", "pay_0", "", "inv_\0", "mem_1", None, 7, ["x"]]
    for one in given:
        with pytest.raises(EntryNotFound) as refused:
            await read(world, one)
        assert refused.value.sentence == "We can't find that invoice or payment."
    for one in world.standings:
        assert (await read(world, one)).entry.id == one


async def _all_ids(world: HistoryWorld) -> list[str]:
    async with world.db.reading() as session:
        invoices = (await session.scalars(select(Invoice))).all()
        payments = (await session.scalars(select(Payment))).all()
    return [row.id for row in invoices] + [row.id for row in payments if not row.invoice_id]


async def test_a_payment_of_an_invoice_answers_with_that(world: HistoryWorld) -> None:
    async with world.writing() as session:
        invoice = await make_invoice(session, world.hers.customer)
        payment = await make_payment(session, world.hers.customer, invoice)
    assert (await read(world, payment.id)).entry.id == invoice.id
