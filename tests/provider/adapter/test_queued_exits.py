"""Cancelling while another change of the membership still waits for Stripe: accepted, done once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_app.declarations.models import Finding
from portal_app.declarations.rules.links import undo_token_of
from portal_app.declarations.service import undo
from portal_app.intents.errors import Queued, StillUnderWay, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.queueing import WITHDRAWN
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.kit.clock import business_now, wall_now
from portal_app.memberships.errors import NothingToUndo
from portal_app.memberships.models import Cancellation
from portal_app.memberships.service import (
    CANCEL,
    KEEP,
    cancel_membership,
    change_plan,
    exit_page,
    get_membership,
    keep_membership,
)
from portal_app.memberships.views import CancelView, cancel_view, membership_view
from portal_app.ui.reader import Reader
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.pausing_shop import pause
from tests.provider.adapter.plan_shop import PlanShop
from tests.provider.adapter.test_declaring import declared


@pytest.fixture
def shop(plans: PlanShop) -> PlanShop:
    return plans


def go_away(shop: PlanShop) -> None:
    faults = [{"kind": "500", "times": 999, "path": "/v1"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})


async def come_back(shop: PlanShop) -> None:
    """Stripe answers again, and the loop does what waits, one after the other."""
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    shop.clocks.wall.advance(timedelta(hours=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, WRITES))
    for _ in range(4):
        await drain(queue)
        shop.clocks.wall.advance(timedelta(minutes=1))
    assert all(row.done_at for row in await rows(shop.db, Intent))


async def wait_with(shop: PlanShop, what: str) -> None:
    """A change that Stripe does not answer to."""
    quote = await shop.quote("small") if what == "plan" else None
    go_away(shop)
    with pytest.raises(Waiting):
        await (change_plan(shop.desk, shop.ada, quote) if quote else pause(shop))


async def cancel(shop: PlanShop) -> None:
    member_id = (await shop.mine()).row.member.id
    given: Any = {"shown": "at_period_end", "reason": None, "comment": None}
    await cancel_membership(shop.desk, shop.ada, member_id, **given)


async def keep(shop: PlanShop) -> None:
    await keep_membership(shop.desk, shop.ada, (await shop.mine()).row.member.id)


async def view(shop: PlanShop) -> CancelView:
    member_id = (await shop.mine()).row.member.id
    async with shop.db.reading() as session:
        page = await exit_page(session, shop.ada, member_id, business_now())
    return cancel_view(Reader("en"), page)


async def sentence(shop: PlanShop) -> str:
    member_id = (await shop.mine()).row.member.id
    async with shop.db.reading() as session:
        details = await get_membership(session, shop.ada, member_id, business_now())
    return membership_view(Reader("en"), details).sentence


async def intent_of(shop: PlanShop, kind: str) -> Intent:
    found: Intent = await one(shop.db, Intent, kind=kind)
    return found


@pytest.mark.parametrize("what", ["pause", "plan"])
async def test_it_is_shown_as_noted_and_done_after_the_other_once(
    shop: PlanShop, what: str
) -> None:
    await wait_with(shop, what)
    with pytest.raises(Queued):
        await cancel(shop)
    shown = await view(shop)
    assert (shown.state, shown.noted, shown.undo) == ("done", "Your cancellation is noted", True)
    assert "made right after that" in shown.waiting
    assert shown.reference
    assert (await sentence(shop)).startswith("Cancelled, ends on ")
    with pytest.raises(StillUnderWay):
        await cancel(shop)
    await come_back(shop)
    assert shop.sub.cancel_at_period_end
    assert shop.sub.schedule is None
    noted = await one(shop.db, Cancellation)
    assert noted.confirmed_at is not None
    assert (await intent_of(shop, CANCEL.kind)).outcome is IntentOutcome.DONE
    shown = await view(shop)
    assert (shown.state, shown.noted, shown.waiting) == ("done", "", "")
    paid = len(shop.invoices())
    shop.sandbox.advance(400 * DAY)
    assert len(shop.invoices()) == paid
    assert shop.sub.status == "canceled"


async def test_taken_back_before_anybody_heard_of_it_it_never_happens(shop: PlanShop) -> None:
    await wait_with(shop, "pause")
    with pytest.raises(Queued):
        await cancel(shop)
    with pytest.raises(NothingToUndo):
        await keep_membership(shop.desk, shop.ben, (await shop.held(shop.ben))[0].row.member.id)
    await keep(shop)
    assert (await one(shop.db, Cancellation)).undone_at == business_now()
    shown = await view(shop)
    assert (shown.state, shown.noted) == ("open", "")
    await come_back(shop)
    assert not shop.sub.cancel_at_period_end
    assert shop.sub.schedule is not None, "the pause before it is made"
    calls = [str(row["idempotency_key"]) for row in shop.sandbox.ledger()]
    assert not [key for key in calls if key.startswith((await intent_of(shop, CANCEL.kind)).id)]


async def test_what_was_sent_is_taken_back_after_it_and_cancelled_again_at_will(
    shop: PlanShop,
) -> None:
    """Nobody knows whether Stripe has heard it: the last word counts."""
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    assert (await view(shop)).undo
    with pytest.raises(Queued):
        await keep(shop)
    shown = await view(shop)
    assert (shown.state, shown.noted) == ("open", "You're keeping it")
    await cancel(shop)  # that undo was not sent
    assert (await view(shop)).state == "done"
    with pytest.raises(Queued):
        await keep(shop)
    await come_back(shop)
    assert not shop.sub.cancel_at_period_end
    assert (await one(shop.db, Cancellation)).undone_at is not None


@pytest.mark.parametrize("again", [False, True])
async def test_the_last_word_counts_although_it_was_renewed_meanwhile(
    shop: PlanShop, *, again: bool
) -> None:
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    with pytest.raises(Queued):
        await keep(shop)
    if again:
        await cancel(shop)
    shop.sandbox.advance(32 * DAY)
    await come_back(shop)
    refunds = [row.amount for row in shop.client.v1.refunds.list({}).data]
    said = (shop.sub.status, shop.sub.cancel_at_period_end, refunds)
    assert said == (("canceled", False, [2900]) if again else ("active", False, []))
    assert ((await one(shop.db, Cancellation)).undone_at is None) is again


async def test_it_is_cancelled_anew_where_the_one_before_the_undo_was_given_up(
    shop: PlanShop,
) -> None:
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    with pytest.raises(Queued):
        await keep(shop)
    async with shop.db.unit_of_work() as session:
        given_up = await session.merge(await intent_of(shop, CANCEL.kind))
        given_up.dead_at = wall_now()
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    await cancel(shop)
    assert shop.sub.cancel_at_period_end
    assert (await intent_of(shop, KEEP.kind)).refusal == WITHDRAWN


async def test_it_can_be_cancelled_while_the_undo_waits(shop: PlanShop) -> None:
    await cancel(shop)
    go_away(shop)
    with pytest.raises(Waiting):
        await keep(shop)
    assert (await view(shop)).state == "open"
    with pytest.raises(Queued):
        await cancel(shop)
    assert (await view(shop)).state == "done"
    await come_back(shop)
    assert shop.sub.cancel_at_period_end
    first, second = sorted(await rows(shop.db, Cancellation), key=lambda row: row.undone_at is None)
    assert first.undone_at is not None
    assert second.undone_at is None
    assert second.confirmed_at is not None
    assert (await intent_of(shop, KEEP.kind)).outcome is IntentOutcome.DONE


async def test_a_pause_that_began_first_does_not_outlive_it(shop: PlanShop) -> None:
    """No paid period runs whose end would come, so that it ends now."""
    await wait_with(shop, "pause")
    with pytest.raises(Queued):
        await cancel(shop)
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    shop.client.v1.subscriptions.pause(shop.subs[0])
    await come_back(shop)
    assert shop.sub.status == "canceled"
    paid = len(shop.invoices())
    shop.sandbox.advance(100 * DAY)
    assert len(shop.invoices()) == paid


async def test_what_ended_meanwhile_is_answered_as_it_is(shop: PlanShop) -> None:
    await wait_with(shop, "pause")
    with pytest.raises(Queued):
        await cancel(shop)
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    shop.client.v1.subscriptions.cancel(shop.subs[0])
    await come_back(shop)
    noted = await one(shop.db, Cancellation)
    assert noted.confirmed_at is not None
    async with shop.db.reading() as session:
        page = await exit_page(session, shop.ada, noted.member_id, business_now())
    assert noted.ends_at == page.held.facts.ended_at
    shown = cancel_view(Reader("en"), page)
    assert (shown.state, shown.reference, shown.waiting) == ("done", noted.reference, "")
    assert shown.first.endswith("Nothing more is charged.")


async def test_what_is_declared_without_signing_in_waits_too_and_is_taken_back_by_its_link(
    shop: PlanShop, settings: Any
) -> None:
    await wait_with(shop, "pause")
    row = await declared(shop, "ada@example.com")
    assert (row.finding, row.told_address) == (Finding.SCHEDULED, "ada@example.com")
    assert (await intent_of(shop, CANCEL.kind)).queued
    await undo(shop.desk, undo_token_of(row.id))
    noted = await one(shop.db, Cancellation)
    assert (noted.source, noted.reference) == ("statutory", row.reference)
    assert noted.undone_at is not None
    await come_back(shop)
    assert not shop.sub.cancel_at_period_end
