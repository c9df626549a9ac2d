"""A debit that is on its way when what it was for is given up can't be stopped, and goes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import ActorKind, Author, CompanyKey
from portal_app.intents.errors import Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.late_models import LateDebit
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.service import (
    GIVE_BACK,
    WITHDRAW,
    cancel_membership,
    exit_page,
    get_membership,
    pause_as_company,
    pay_open_invoice,
    resume_membership,
    unrefunded,
    withdraw_declared,
)
from portal_app.memberships.views import CancelView, cancel_view, membership_view
from portal_app.provider.errors import AuthenticationRequired
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.factories import make_configuration
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.pausing_shop import arrive, at_stripe, first, pause, subscription_of
from tests.provider.adapter.test_declaring import company_of
from tests.provider.sandbox_server import SandboxServer

EN = Reader("en")
AWAY = {"kind": "reset", "times": 99, "method": "POST", "path": "/v1/subscriptions/"}
IS_ON_ITS_WAY = (
    "Your payment of $29.00 is on its way and can't be stopped any more. If it arrives, you get it"
    " back automatically."
)
WAS_ON_ITS_WAY = (
    "Your payment of $29.00 was on its way already. If it arrives, you get it back automatically;"
    " you don't have to do anything."
)


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def pay_by(shop: Shop, debit: str) -> None:
    """From now on the first membership is paid by a bank that takes its time."""
    method = shop.attach(f"pm_sepaDebit_{debit}Delayed_de")
    sub = await subscription_of(shop)
    shop.client.v1.subscriptions.update(sub, {"default_payment_method": method})
    await shop.learn()


async def cancel(shop: Shop, member_id: str, shown: str) -> None:
    given: Any = {"shown": shown, "reason": None, "comment": None}
    await cancel_membership(shop.desk, shop.ada, member_id, **given)


async def view(shop: Shop, member_id: str) -> CancelView:
    async with shop.db.reading() as session:
        return cancel_view(EN, await exit_page(session, shop.ada, member_id, business_now()))


async def hear(shop: Shop, clocks: Clocks, *, days: int = 0) -> None:
    """What has become of it is learnt, and what follows from that is done; and once more."""
    await arrive(shop, clocks, days)
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, WRITES))
    for _ in range(3):
        await drain(queue)
        await shop.learn()
        clocks.wall.advance(timedelta(minutes=2))
    await drain(queue)  # What was learnt last is asked about too.
    assert all(row.done_at and not row.refusal for row in await rows(shop.db, Intent))


def refunds(shop: Shop) -> list[int]:
    return [row.amount for row in shop.client.v1.refunds.list({}).data]


@pytest.mark.parametrize(
    ("debit", "back", "ends_as"), [("success", [2900], "paid"), ("failed", [], "void")]
)
async def test_what_was_to_resume_it_is_paid_after_it_was_cancelled(
    shop: Shop, clocks: Clocks, debit: str, back: list[int], ends_as: str
) -> None:
    sub, member_id = await subscription_of(shop), await pause(shop)
    await arrive(shop, clocks, 40)
    asking = shop.attach("pm_card_authenticationRequired")
    shop.client.v1.subscriptions.update(sub, {"default_payment_method": asking})
    slow = shop.attach(f"pm_sepaDebit_{debit}Delayed_de")
    await arrive(shop, clocks, 0)
    with pytest.raises(AuthenticationRequired):
        await resume_membership(shop.desk, shop.ada, member_id, amount_minor=2900)
    await hear(shop, clocks)
    method_id = await shop.method(slow)
    await pay_open_invoice(shop.desk, shop.ada, member_id, method_id, amount_minor=2900)
    await hear(shop, clocks)
    shown = await view(shop, member_id)
    assert (shown.exit, shown.further[0]) == ("now", IS_ON_ITS_WAY)
    await cancel(shop, member_id, "now")
    assert at_stripe(shop, sub).status == "canceled"
    await hear(shop, clocks)
    shown = await view(shop, member_id)
    assert (shown.state, shown.further) == ("done", [WAS_ON_ITS_WAY])
    assert "Nothing more is charged" not in shown.first
    async with shop.db.reading() as session:
        details = await get_membership(session, shop.ada, member_id, business_now())
    assert membership_view(EN, details).sentence.endswith(WAS_ON_ITS_WAY)
    assert refunds(shop) == []
    await hear(shop, clocks, days=1)
    assert refunds(shop) == back
    (late,) = await rows(shop.db, LateDebit)
    assert late.settled_at is not None
    assert shop.client.v1.invoices.retrieve(late.stripe_invoice_id).status == ends_as
    assert (await view(shop, member_id)).further == []
    await hear(shop, clocks, days=1)
    assert refunds(shop) == back


async def test_a_renewal_that_overtook_the_cancellation_is_paid_after_it(
    shop: Shop, clocks: Clocks
) -> None:
    member_id = (await first(shop)).row.member.id
    await pay_by(shop, "success")
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [AWAY]})
    with pytest.raises(Waiting):
        await cancel(shop, member_id, "at_period_end")
    end = int((await first(shop)).row.membership.current_period_end.timestamp())  # type: ignore[union-attr]
    shop.sandbox.advance(end + 60 - shop.sandbox.now())
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    await hear(shop, clocks)
    assert [row.settled_at for row in await rows(shop.db, LateDebit)] == [None]
    await hear(shop, clocks, days=1)
    assert refunds(shop) == [2900]
    kinds = [row.kind for row in await rows(shop.db, MembershipEvent)]
    assert kinds.count("canceled") == 1
    assert kinds.count("renewed") == 2, "Ada's other one and Ben's"
    asked = [row for row in await rows(shop.db, Intent) if row.kind == GIVE_BACK.kind]
    assert {row.actor_kind for row in asked} == {ActorKind.SYSTEM}


async def test_it_arrives_while_a_withdrawal_has_come_no_further_than_the_end(
    shop: Shop, clocks: Clocks
) -> None:
    sub, held = await subscription_of(shop), await first(shop)
    await pay_by(shop, "success")
    shop.sandbox.advance(
        int(at_stripe(shop, sub)["items"].data[0].current_period_end) + 60 - shop.sandbox.now()
    )
    await arrive(shop, clocks, 0)

    async def record(session: AsyncSession) -> Intent:
        author, membership_id = Author(ActorKind.OPERATOR), held.row.membership.id
        # What the first period brought is kept, the second one's has not come yet.
        return await withdraw_declared(session, author, membership_id, reference="W-1", kept=2900)

    fault = {"kind": "reset", "times": 99, "method": "GET", "path": "/v1/invoices/"}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    with pytest.raises(Waiting):
        await shop.desk.carry_out(WITHDRAW, record)
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    assert (at_stripe(shop, sub).status, refunds(shop)) == ("canceled", [])
    await hear(shop, clocks, days=1)
    assert refunds(shop) == [2900]
    assert unrefunded(await one(shop.db, Intent, kind=WITHDRAW.kind)) == 0


async def test_the_period_that_runs_is_paid_as_ever(shop: Shop, clocks: Clocks) -> None:
    """Cancelled while its debit is on its way: it is the last one, and is not given back."""
    sub, member_id = await subscription_of(shop), (await first(shop)).row.member.id
    await pay_by(shop, "success")
    shop.sandbox.advance(
        int(at_stripe(shop, sub)["items"].data[0].current_period_end) + 60 - shop.sandbox.now()
    )
    await arrive(shop, clocks, 0)
    await cancel(shop, member_id, "at_period_end")
    assert await rows(shop.db, LateDebit) == []
    await hear(shop, clocks, days=40)
    assert (refunds(shop), at_stripe(shop, sub).status) == ([], "canceled")


async def test_what_nobody_owed_yet_goes_back_whatever_is_done_with_overdue_invoices(
    shop: Shop, clocks: Clocks
) -> None:
    """The company ends at once and keeps claims to what is overdue: this period never was."""
    sub, member_id = await subscription_of(shop), (await first(shop)).row.member.id
    body = {"cancel": {"at_once": True, "void_unpaid": False}}
    async with shop.db.unit_of_work() as session:
        await make_configuration(session, await company_of(shop), body=body)
    await pay_by(shop, "success")
    shop.sandbox.advance(
        int(at_stripe(shop, sub)["items"].data[0].current_period_end) + 60 - shop.sandbox.now()
    )
    await arrive(shop, clocks, 0)
    shown = await view(shop, member_id)
    assert (shown.exit, shown.further) == ("now", [IS_ON_ITS_WAY])
    await cancel(shop, member_id, "now")
    await hear(shop, clocks)
    assert (await view(shop, member_id)).further == [WAS_ON_ITS_WAY]
    await hear(shop, clocks, days=1)
    assert (refunds(shop), at_stripe(shop, sub).status) == ([2900], "canceled")


async def test_a_program_that_voids_what_is_open_pauses_it_all_the_same(
    shop: Shop, clocks: Clocks
) -> None:
    sub, membership = await subscription_of(shop), (await first(shop)).row.membership
    await pay_by(shop, "success")
    shop.sandbox.advance(
        int(at_stripe(shop, sub)["items"].data[0].current_period_end) + 60 - shop.sandbox.now()
    )
    await arrive(shop, clocks, 0)
    key = CompanyKey("biz_northwind", "apik_1")
    await pause_as_company(shop.desk, key, membership.id, until=None, void_unpaid=True)
    assert at_stripe(shop, sub).pause_collection is not None
    await hear(shop, clocks, days=1)
    assert refunds(shop) == [2900]
