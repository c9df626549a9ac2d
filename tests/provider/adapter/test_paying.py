"""Paying what is open, against the sandbox: once, at once, and never behind anybody's back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import ActorKind, Author
from portal_app.intents.errors import StillUnderWay, Unconfirmed
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.writes import by_kind
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.memberships.errors import AmountChanged, MembershipNotFound, NothingToPay
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import (
    PAY,
    confirmation_secret,
    look_up_payment,
    pay_open_invoice,
    payable_with,
    payment_returned,
    retry_open_payment,
)
from portal_app.payment_methods.errors import OtherCustomer, PaymentMethodNotFound
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.errors import AuthenticationRequired, CardDeclined
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.overdue_shop import Overdue, overdue_shop
from tests.provider.sandbox_server import SandboxServer

KEY_AUTHOR = Author(ActorKind.API_KEY, "key_1")


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Overdue]:
    async with overdue_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def pay(shop: Overdue, method: str, *, amount: int = 2900) -> None:
    """As Ada does it, with a method by Stripe's id."""
    method_id = await shop.method(method)
    await pay_open_invoice(shop.desk, shop.ada, shop.member_id, method_id, amount_minor=amount)


async def invoice_of(shop: Overdue) -> Invoice:
    found: Invoice = await one(shop.db, Invoice, stripe_invoice_id=shop.late.id)
    return found


async def outcomes(shop: Overdue) -> list[tuple[IntentOutcome | None, str]]:
    intents = sorted(await rows(shop.db, Intent), key=lambda intent: intent.created_at)
    return [(intent.outcome, intent.refusal) for intent in intents]


async def test_paying_brings_access_back_at_once(shop: Overdue) -> None:
    assert (await shop.overdue()).unpaid is not None
    await pay(shop, shop.good)
    held = await shop.overdue()
    assert (held.status, held.has_access, held.unpaid) == (MembershipStatus.ACTIVE, True, None)
    invoice = await invoice_of(shop)
    assert (invoice.status, invoice.amount_remaining_minor) == (InvoiceStatus.PAID, 0)
    (charge,) = shop.charges()
    assert (charge.amount, charge.payment_method) == (2900, shop.good)
    payment: Payment = await one(shop.db, Payment, invoice_id=invoice.id)
    assert (payment.status, payment.method_last4) == (PaymentStatus.SUCCEEDED, "4444")
    recovered = [
        event for event in await rows(shop.db, MembershipEvent) if event.kind == "recovered"
    ]
    assert [(event.actor_kind, event.actor_id) for event in recovered] == [
        (ActorKind.CUSTOMER, shop.ada.person_id)
    ]


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_chargeCustomerFail", "generic_decline"),
        ("pm_card_visa", "insufficient_funds"),
    ],
)
async def test_a_decline_is_told_learnt_and_followed_by_a_new_attempt(
    shop: Overdue, card: str, code: str
) -> None:
    refused = shop.attach(card)
    if code == "insufficient_funds":
        planned = {"decline": code, "customer": shop.cus}
        shop.sandbox.raw("POST", "/_sandbox/next_charge", json=planned)
    await shop.learn()
    with pytest.raises(CardDeclined) as declined:
        await pay(shop, refused)
    assert declined.value.code == code
    invoice = await invoice_of(shop)
    payment: Payment = await one(shop.db, Payment, invoice_id=invoice.id)
    assert (invoice.status, payment.failure_code) == (InvoiceStatus.OPEN, code)
    assert (payment.method_brand, payment.method_last4) != ("mastercard", "4444")
    await pay(shop, shop.good)
    assert await outcomes(shop) == [(IntentOutcome.REFUSED, code), (IntentOutcome.DONE, "")]
    asked = shop.asked_to_pay()
    assert len({key for key, _, _ in asked}) == 2
    assert [(replayed, status) for _, replayed, status in asked] == [(False, 402), (False, 200)]
    assert len(shop.charges()) == 1


async def test_a_retry_that_was_faster_is_not_paid_again(shop: Overdue) -> None:
    """Stripe's own try succeeds while the page still says that it is open."""
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": shop.good})
    shop.sandbox.advance(4 * DAY)
    assert shop.late.status == "paid"
    with pytest.raises(NothingToPay):
        await pay(shop, shop.good)
    assert (await invoice_of(shop)).status is InvoiceStatus.PAID
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE
    assert (len(shop.charges()), shop.asked_to_pay()) == (1, [])


async def test_a_retry_between_our_look_and_our_charge_is_refused_by_stripe(
    shop: Overdue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = shop.writer.pay_invoice

    async def late(invoice_id: str, **given: Any) -> Any:
        shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": shop.good})
        shop.sandbox.advance(4 * DAY)
        return await asked(invoice_id, **given)

    monkeypatch.setattr(shop.writer, "pay_invoice", late)
    with pytest.raises(NothingToPay):
        await pay(shop, shop.good)
    assert (await invoice_of(shop)).status is InvoiceStatus.PAID
    assert len(shop.charges()) == 1


async def test_a_retry_after_ours_finds_nothing_to_do(shop: Overdue) -> None:
    await pay(shop, shop.good)
    shop.sandbox.advance(8 * DAY)
    assert len(shop.charges()) == 1


async def test_two_at_once_charge_once(shop: Overdue) -> None:
    """Two tabs, two presses: one pays, the other is told."""
    found = await asyncio.gather(*(pay(shop, shop.good) for _ in range(3)), return_exceptions=True)
    refused = [type(one) for one in found if one is not None]
    assert len(refused) == 2
    assert set(refused) <= {StillUnderWay, NothingToPay}
    assert len(shop.charges()) == 1
    with pytest.raises(NothingToPay):
        await pay(shop, shop.good)
    assert len(shop.charges()) == 1


async def test_only_the_amount_that_was_shown_is_paid(shop: Overdue) -> None:
    with pytest.raises(AmountChanged):
        await pay(shop, shop.good, amount=100)
    assert await rows(shop.db, Intent) == []
    invoice = await invoice_of(shop)
    async with shop.db.unit_of_work() as session:
        row = await session.get(Invoice, invoice.id)
        assert row is not None
        row.amount_remaining_minor = 1900
    with pytest.raises(AmountChanged):
        await pay(shop, shop.good, amount=1900)
    assert (await invoice_of(shop)).amount_remaining_minor == 2900
    assert shop.asked_to_pay() == []


async def test_what_ended_meanwhile_is_not_paid_for(shop: Overdue) -> None:
    shop.client.v1.subscriptions.cancel(shop.subs[0])
    with pytest.raises(NothingToPay):
        await pay(shop, shop.good)
    assert shop.asked_to_pay() == []
    assert (await shop.overdue()).status is MembershipStatus.CANCELED


@pytest.mark.parametrize(("fault", "happened"), [("500", True), ("reset", True), ("500", False)])
async def test_without_an_answer_it_is_looked_at_and_never_repeated(
    shop: Overdue, clocks: Clocks, fault: str, happened: bool
) -> None:
    """The payment may have happened: the loop finds out, and asks for nothing."""
    shop.fault(fault, "POST", after=happened)
    with pytest.raises(Unconfirmed):
        await pay(shop, shop.good)
    with pytest.raises((StillUnderWay, NothingToPay)):
        await pay(shop, shop.good)
    shop.heal()
    before = len(shop.asked_to_pay())
    clocks.wall.advance(timedelta(minutes=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(PAY)))
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert intent.outcome is IntentOutcome.CONFIRMED
    assert len(shop.asked_to_pay()) == before
    assert ((await invoice_of(shop)).status is InvoiceStatus.PAID) is happened
    if not happened:
        await pay(shop, shop.good)
    assert len(shop.charges()) == 1


async def confirming(
    shop: Overdue, outcome: str, card: str = "pm_card_authenticationRequired"
) -> str:
    """The bank has asked, and was answered; the payment's id."""
    asking = shop.attach(card)
    await shop.learn()
    with pytest.raises(AuthenticationRequired):
        await pay(shop, asking)
    invoice = await invoice_of(shop)
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
    assert (await invoice_of(shop)).status is InvoiceStatus.PAID
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE
    assert len(shop.charges()) == 1
    async with shop.db.reading() as session:
        assert await payment_returned(session, shop.ada, payment_id) == (await invoice_of(shop)).id
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
    invoice = await invoice_of(shop)
    payment: Payment = await one(shop.db, Payment, invoice_id=invoice.id)
    assert (payment.status, payment.failure_code) == (status, code)
    assert (invoice.status, shop.charges()) == (InvoiceStatus.OPEN, [])
    await pay(shop, shop.good)
    assert len(shop.charges()) == 1


async def test_a_debit_is_under_way_and_not_charged_twice(shop: Overdue) -> None:
    debit = shop.attach("pm_sepaDebit_successDelayed_de")
    await shop.learn()
    await pay(shop, debit)
    payment: Payment = await one(shop.db, Payment, invoice_id=(await invoice_of(shop)).id)
    assert payment.is_under_way
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE
    with pytest.raises(NothingToPay):
        await pay(shop, shop.good)
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
    await pay(shop, shop.good)
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
    await pay(shop, shop.good)
    held = await shop.overdue()
    assert (held.status, held.has_access) == (MembershipStatus.ACTIVE, True)


async def test_nobody_else_pays_or_learns_anything(shop: Overdue) -> None:
    (his,) = await shop.held(shop.ben)
    assert his.row.payment_method is not None
    his_method, good = his.row.payment_method.id, await shop.method(shop.good)
    invoice = await invoice_of(shop)
    for member in (shop.member_id, "mber_0000000000000000000000", "", 7, "x" * 500):
        with pytest.raises(MembershipNotFound):
            await pay_open_invoice(shop.desk, shop.ben, member, his_method, amount_minor=2900)
    for method in (his_method, "payt_0000000000000000000000", "", None):
        with pytest.raises(PaymentMethodNotFound):
            await pay_open_invoice(shop.desk, shop.ada, shop.member_id, method, amount_minor=2900)
    with pytest.raises(NothingToPay):
        await pay_open_invoice(
            shop.desk, shop.ben, his.row.member.id, his_method, amount_minor=2900
        )
    for unknown in (invoice.id, "inv_0000000000000000000000", ""):
        with pytest.raises(NothingToPay):
            await confirmation_secret(shop.desk, shop.ben, unknown)
        shop.fault("500", "GET")
        await look_up_payment(shop.desk, shop.ben, unknown)  # asks nobody
        shop.heal()
    async with shop.db.reading() as session:
        now = shop.clocks.business.at
        assert await payable_with(session, shop.ben, good, now) is None
        assert await payable_with(session, shop.ben, his_method, now) is None
        assert await payable_with(session, shop.ada, good, now) is not None
    assert await rows(shop.db, Intent) == []


async def test_a_key_of_the_company_retries(shop: Overdue) -> None:
    """As the API does it: nobody is there to confirm anything."""
    held = await shop.overdue()
    good = await _row(shop, shop.good)
    asking = shop.attach("pm_card_authenticationRequired")
    await shop.learn()
    with pytest.raises(AuthenticationRequired):
        await retry_open_payment(
            shop.desk, KEY_AUTHOR, held.row.membership, await _row(shop, asking)
        )
    await retry_open_payment(shop.desk, KEY_AUTHOR, held.row.membership, good)
    assert (await shop.overdue()).status is MembershipStatus.ACTIVE
    recovered = [
        event for event in await rows(shop.db, MembershipEvent) if event.kind == "recovered"
    ]
    assert [(event.actor_kind, event.actor_id) for event in recovered] == [
        (ActorKind.API_KEY, "key_1")
    ]
    with pytest.raises(NothingToPay):
        await retry_open_payment(shop.desk, KEY_AUTHOR, held.row.membership, good)
    (his,) = await shop.held(shop.ben)
    with pytest.raises(NothingToPay):
        await retry_open_payment(shop.desk, KEY_AUTHOR, his.row.membership, good)
    assert len(shop.charges()) == 1


async def test_a_key_cannot_charge_another_customers_method(shop: Overdue) -> None:
    held = await shop.overdue()
    (his,) = await shop.held(shop.ben)
    assert his.row.payment_method is not None
    with pytest.raises(OtherCustomer):
        await retry_open_payment(shop.desk, KEY_AUTHOR, held.row.membership, his.row.payment_method)
    assert shop.asked_to_pay() == []


async def test_a_provider_that_is_away_is_said(shop: Overdue) -> None:
    invoice = await invoice_of(shop)
    shop.fault("500", "GET")
    with pytest.raises(ProviderUnavailable):
        await look_up_payment(shop.desk, shop.ada, invoice.id)


async def _row(shop: Overdue, stripe_id: str) -> Any:
    return await one(shop.db, PaymentMethod, stripe_payment_method_id=stripe_id)
