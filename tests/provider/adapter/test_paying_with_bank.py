"""Payments that a bank is asked about, that take days, or that begin or bring back a membership."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal_app.invoices.models import InvoiceStatus, Payment, PaymentStatus
from portal_app.kit.errors import ProviderUnavailable
from portal_app.memberships.errors import NothingToPay
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import (
    confirmation_secret,
    look_up_payment,
    payment_returned,
)
from portal_app.provider.errors import AuthenticationRequired
from tests.provider.adapter.account import DAY, one
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


async def confirming(
    shop: Overdue, outcome: str, card: str = "pm_card_authenticationRequired"
) -> str:
    """The bank has asked, and was answered; the payment's id."""
    asking = shop.attach(card)
    await shop.learn()
    with pytest.raises(AuthenticationRequired):
        await shop.pay(asking)
    invoice = await shop.invoice()
    secret = await confirmation_secret(shop.desk, shop.ada, invoice.id)
    payment_id = secret.partition("_secret_")[0]
    if outcome:
        path = f"/_sandbox/authenticate/{payment_id}"
        shop.sandbox.raw("POST", path, json={"outcome": outcome})
    shop.clocks.wall.advance(timedelta(seconds=1))
    await look_up_payment(shop.desk, shop.ada, invoice.id)
    return payment_id


async def test_a_payment_that_the_bank_approves_is_paid(shop: Overdue) -> None:
    payment_id = await confirming(shop, "succeed")
    assert (await shop.invoice()).status is InvoiceStatus.PAID
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE
    assert len(shop.charges()) == 1
    async with shop.db.reading() as session:
        assert await payment_returned(session, shop.ada, payment_id) == (await shop.invoice()).id
        assert await payment_returned(session, shop.ben, payment_id) == ""
        assert await payment_returned(session, shop.ada, "pi_none") == ""


@pytest.mark.parametrize(
    ("outcome", "card", "status", "code"),
    [
        (
            "fail",
            "pm_card_authenticationRequired",
            PaymentStatus.FAILED,
            "payment_intent_authentication_failure",
        ),
        ("", "pm_card_authenticationRequired", PaymentStatus.PENDING, "authentication_required"),
        (
            "succeed",
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            PaymentStatus.FAILED,
            "insufficient_funds",
        ),
    ],
)
async def test_without_the_banks_approval_nothing_is_charged(
    shop: Overdue, outcome: str, card: str, status: PaymentStatus, code: str
) -> None:
    await confirming(shop, outcome, card)
    invoice = await shop.invoice()
    payment: Payment = await one(shop.db, Payment, invoice_id=invoice.id)
    assert (payment.status, payment.failure_code) == (status, code)
    assert (invoice.status, shop.charges()) == (InvoiceStatus.OPEN, [])
    await shop.pay(shop.good)
    assert len(shop.charges()) == 1


async def test_a_debit_is_under_way_and_not_charged_twice(shop: Overdue) -> None:
    debit = shop.attach("pm_sepaDebit_successDelayed_de")
    await shop.learn()
    await shop.pay(debit)
    payment: Payment = await one(shop.db, Payment, invoice_id=(await shop.invoice()).id)
    assert payment.is_under_way
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE
    with pytest.raises(NothingToPay):
        await shop.pay(shop.good)
    shop.sandbox.advance(DAY)
    assert shop.late.status == "paid"
    assert len(shop.charges()) == 1


async def test_an_unpaid_membership_comes_back(shop: Overdue) -> None:
    """Its latest invoice is a draft by then; what is open is an earlier one."""
    shop.sandbox.raw("POST", "/_sandbox/settings", json={"after_retries": "unpaid"})
    shop.sandbox.advance(62 * DAY)
    await shop.learn()
    held = await shop.overdue()
    assert (held.status, held.has_access) == (MembershipStatus.UNRESOLVED, False)
    assert held.row.latest_invoice is not None
    assert held.row.latest_invoice.status is InvoiceStatus.DRAFT
    assert held.owes
    await shop.pay(shop.good)
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE


async def test_a_first_payment_is_finished(shop: Overdue, sandbox: SandboxServer) -> None:
    plan = shop.client.v1.subscriptions.retrieve(shop.subs[0])["items"].data[0].price.id
    shop.client.v1.subscriptions.create(
        {
            "customer": shop.cus,
            "items": [{"price": plan}],
            "default_payment_method": shop.bad,
            "payment_behavior": "allow_incomplete",
        }
    )
    await shop.learn()
    drafted = next(
        held for held in await shop.held(shop.ada) if held.status is MembershipStatus.DRAFTED
    )
    shop.member_id = drafted.row.member.id
    await shop.pay(shop.good)
    held = await shop.overdue()
    assert (held.status, held.has_access) == (MembershipStatus.ACTIVE, True)


async def test_a_provider_that_is_away_is_said(shop: Overdue) -> None:
    invoice = await shop.invoice()
    shop.fault("500", "GET")
    with pytest.raises(ProviderUnavailable):
        await look_up_payment(shop.desk, shop.ada, invoice.id)
