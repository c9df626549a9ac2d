"""A bank that wants to ask before a pause ends is asked on the page that pays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import stripe

from portal_app.kit.db import Database
from portal_app.memberships.service import (
    cancel_membership,
    pay_open_invoice,
    payment_page,
    resume_membership,
)
from portal_app.memberships.service.payment_page import (
    confirmation_secret,
    look_up_payment,
)
from portal_app.memberships.views import pause_view, pay_view
from portal_app.provider.errors import AuthenticationRequired
from portal_app.provider.facts import InvoiceFacts
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.factories import make_configuration
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.pausing_shop import (
    arrive,
    at_stripe,
    first,
    invoices,
    page,
    pause,
    subscription_of,
)
from tests.provider.adapter.test_declaring import company_of
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    """Paused, to be resumed with a card whose bank always asks."""
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        sub = await subscription_of(shop)
        await pause(shop)
        await arrive(shop, clocks, 40)
        asking = shop.attach("pm_card_authenticationRequired")
        client.v1.subscriptions.update(sub, {"default_payment_method": asking})
        await shop.learn()
        yield shop


async def asked(shop: Shop, clocks: Clocks) -> str:
    """Resumed, as far as the bank's page; the payment's id."""
    member_id = (await first(shop)).row.member.id
    with pytest.raises(AuthenticationRequired):
        await resume_membership(shop.desk, shop.ada, member_id, amount_minor=2900)
    clocks.wall.advance(timedelta(seconds=1))
    async with shop.db.reading() as session:
        shown = await payment_page(session, shop.ada, member_id, clocks.business.at)
    view = pay_view(Reader("en"), shown)
    assert (view.state, view.amount, view.asks_bank) == ("owed", "$29.00", True)
    assert view.sentence == "It resumes once this is paid. Until then it stays paused."
    assert shown.invoice is not None
    secret = await confirmation_secret(shop.desk, shop.ada, shown.invoice.id)
    return f"{secret.partition('_secret_')[0]} {shown.invoice.id}"


async def answered(shop: Shop, clocks: Clocks, given: str, outcome: str) -> None:
    payment_id, invoice_id = given.split()
    shop.sandbox.raw("POST", f"/_sandbox/authenticate/{payment_id}", json={"outcome": outcome})
    await look_up_payment(shop.desk, shop.ada, invoice_id)
    clocks.wall.advance(timedelta(seconds=1))


async def test_it_resumes_when_the_bank_has_been_answered(shop: Shop, clocks: Clocks) -> None:
    sub = await subscription_of(shop)
    given = await asked(shop, clocks)
    said = pause_view(Reader("en"), await page(shop))
    assert (said.confirm, said.pay) == ("$29.00", "")
    assert any(line.startswith("Your bank wants you to confirm") for line in said.further)
    await answered(shop, clocks, given, "succeed")
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == ("active", [2900, 2900])
    assert (await first(shop)).has_access
    await arrive(shop, clocks, 20)  # the day on which it would have resumed by itself
    assert invoices(shop, sub) == [2900, 2900]


async def test_unanswered_nobody_is_charged_later_and_it_can_be_tried_again(
    shop: Shop, clocks: Clocks
) -> None:
    sub = await subscription_of(shop)
    given = await asked(shop, clocks)
    await answered(shop, clocks, given, "fail")
    assert at_stripe(shop, sub).status == "paused"
    (open_one,) = shop.client.v1.invoices.list({"subscription": sub, "status": "open"}).data
    assert (open_one.auto_advance, open_one.next_payment_attempt) == (False, None)
    visa = shop.attach("pm_card_visa")
    await shop.learn()
    member_id = (await first(shop)).row.member.id
    await pay_open_invoice(
        shop.desk, shop.ada, member_id, await shop.method(visa), amount_minor=2900
    )
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == ("active", [2900, 2900])


async def test_the_next_try_takes_the_one_before_it_back(shop: Shop, clocks: Clocks) -> None:
    sub = await subscription_of(shop)
    await asked(shop, clocks)
    visa = shop.attach("pm_card_visa")
    shop.client.v1.subscriptions.update(sub, {"default_payment_method": visa})
    await shop.learn()
    member_id = (await first(shop)).row.member.id
    await resume_membership(shop.desk, shop.ada, member_id, amount_minor=2900)
    assert (invoices(shop, sub), invoices(shop, sub, "void")) == ([2900, 2900], [2900])
    assert invoices(shop, sub, "open") == []


async def test_cancelling_takes_it_back_although_unpaid_invoices_are_left(
    shop: Shop, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is of a period that never began: nobody owes that, and no bank may confirm it later."""
    sub, company = await subscription_of(shop), await company_of(shop)
    body = {"cancel": {"void_unpaid": False}}
    async with shop.db.unit_of_work() as session:
        await make_configuration(session, company, body=body)
    await asked(shop, clocks)
    (waiting,) = shop.client.v1.invoices.list({"subscription": sub, "status": "open"}).data
    voided, void = [], shop.writer.void_invoice

    async def watched(invoice_id: str, *, key: str) -> InvoiceFacts:
        assert at_stripe(shop, sub).status == "paused"  # the sandbox voids it with its end
        voided.append(invoice_id)
        return await void(invoice_id, key=key)

    monkeypatch.setattr(shop.writer, "void_invoice", watched)
    member_id = (await first(shop)).row.member.id
    await cancel_membership(shop.desk, shop.ada, member_id, shown="now", reason=None, comment=None)
    assert (voided, at_stripe(shop, sub).status) == ([waiting.id], "canceled")
