"""Paying what is open, against the sandbox: once, at once, and never behind anybody's back."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from portal_app.identity.actor import ActorKind, Author
from portal_app.intents.errors import StillUnderWay, Unconfirmed
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.writes import by_kind
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.memberships.errors import AmountChanged, MembershipNotFound, NothingToPay
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import (
    PAY,
    confirmation_secret,
    look_up_payment,
    pay_open_invoice,
    payable_with,
    retry_open_payment,
)
from portal_app.payment_methods.errors import OtherCustomer, PaymentMethodNotFound
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.errors import AuthenticationRequired, CardDeclined
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.overdue_shop import Overdue

KEY_AUTHOR = Author(ActorKind.API_KEY, "key_1")


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


async def outcomes(shop: Overdue) -> Counter[tuple[IntentOutcome | None, str]]:
    """How the changes ended; they have one time of a frozen clock, and so no order."""
    return Counter((one.outcome, one.refusal) for one in await rows(shop.db, Intent))


async def test_paying_brings_access_back_at_once(shop: Overdue) -> None:
    assert (await shop.overdue()).unpaid is not None
    await shop.pay(shop.good)
    held = await shop.overdue()
    assert (held.status, held.has_access, held.unpaid) == (MembershipStatus.ACTIVE, True, None)
    invoice = await shop.invoice()
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
        await shop.pay(refused)
    assert declined.value.code == code
    invoice = await shop.invoice()
    payment: Payment = await one(shop.db, Payment, invoice_id=invoice.id)
    assert (invoice.status, payment.failure_code) == (InvoiceStatus.OPEN, code)
    assert (payment.method_brand, payment.method_last4) != ("mastercard", "4444")
    await shop.pay(shop.good)
    ended = [(IntentOutcome.REFUSED, code), (IntentOutcome.DONE, "")]
    assert await outcomes(shop) == Counter(ended)
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
        await shop.pay(shop.good)
    assert (await shop.invoice()).status is InvoiceStatus.PAID
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
        await shop.pay(shop.good)
    assert (await shop.invoice()).status is InvoiceStatus.PAID
    assert len(shop.charges()) == 1


async def test_a_retry_after_ours_finds_nothing_to_do(shop: Overdue) -> None:
    await shop.pay(shop.good)
    shop.sandbox.advance(8 * DAY)
    assert len(shop.charges()) == 1


async def test_two_at_once_charge_once(shop: Overdue) -> None:
    """Two tabs, two presses: one pays, the other is told."""
    found = await asyncio.gather(*(shop.pay(shop.good) for _ in range(3)), return_exceptions=True)
    refused = [type(one) for one in found if one is not None]
    assert len(refused) == 2
    assert set(refused) <= {StillUnderWay, NothingToPay}
    assert len(shop.charges()) == 1
    with pytest.raises(NothingToPay):
        await shop.pay(shop.good)
    assert len(shop.charges()) == 1


@pytest.mark.contradictory("our row says another amount than its total, by hand")
async def test_only_the_amount_that_was_shown_is_paid(shop: Overdue) -> None:
    with pytest.raises(AmountChanged):
        await shop.pay(shop.good, amount=100)
    assert await rows(shop.db, Intent) == []
    invoice = await shop.invoice()
    async with shop.db.unit_of_work() as session:
        row = await session.get(Invoice, invoice.id)
        assert row is not None
        row.amount_remaining_minor = 1900
    with pytest.raises(AmountChanged):
        await shop.pay(shop.good, amount=1900)
    assert (await shop.invoice()).amount_remaining_minor == 2900
    assert shop.asked_to_pay() == []


async def test_what_ended_meanwhile_is_not_paid_for(shop: Overdue) -> None:
    shop.client.v1.subscriptions.cancel(shop.subs[0])
    with pytest.raises(NothingToPay):
        await shop.pay(shop.good)
    assert shop.asked_to_pay() == []
    assert (await shop.overdue()).status is MembershipStatus.CANCELED


@pytest.mark.parametrize(("fault", "happened"), [("500", True), ("reset", True), ("500", False)])
async def test_without_an_answer_it_is_looked_at_and_never_repeated(
    shop: Overdue, clocks: Clocks, fault: str, happened: bool
) -> None:
    """The payment may have happened: the loop finds out, and asks for nothing."""
    shop.fault(fault, "POST", after=happened)
    with pytest.raises(Unconfirmed):
        await shop.pay(shop.good)
    with pytest.raises((StillUnderWay, NothingToPay)):
        await shop.pay(shop.good)
    shop.heal()
    before = len(shop.asked_to_pay())
    clocks.wall.advance(timedelta(minutes=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(PAY)))
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert intent.outcome is IntentOutcome.CONFIRMED
    assert len(shop.asked_to_pay()) == before
    assert ((await shop.invoice()).status is InvoiceStatus.PAID) is happened
    if not happened:
        await shop.pay(shop.good)
    assert len(shop.charges()) == 1


async def test_nobody_else_pays_or_learns_anything(shop: Overdue) -> None:
    (his,) = await shop.held(shop.ben)
    assert his.row.payment_method is not None
    his_method, good = his.row.payment_method.id, await shop.method(shop.good)
    invoice = await shop.invoice()
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


async def _row(shop: Overdue, stripe_id: str) -> Any:
    return await one(shop.db, PaymentMethod, stripe_payment_method_id=stripe_id)
