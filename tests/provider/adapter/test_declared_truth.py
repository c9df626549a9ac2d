"""What was declared never goes on saying that it is done when it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import stripe
from sqlmodel import col, update

from portal_app.declarations.commands import OPERATOR
from portal_app.declarations.errors import GivenUp
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.service import (
    give_back,
    give_back_what_is_due,
    handle_declaration,
)
from portal_app.declarations.views.findings import found_text
from portal_app.identity.actor import SYSTEM
from portal_app.intents.errors import StillUnderWay
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.service import asked_by
from portal_app.jobs.letters import replay
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.service import CANCEL
from portal_app.provider.errors import RefusedByProvider
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.provider.adapter.account import one
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.test_declaring import BEN, CANCELS, CLEO, WITHDRAWS, declared, mails
from tests.provider.adapter.test_withdrawing import at_stripe, owned_by_cleo
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    settings: Any,
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        await owned_by_cleo(shop)
        yield shop


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


def queue(shop: Shop) -> Queue[Intent]:
    return Queue(Intent, "done_at", IntentHandler(shop.desk, WRITES))


def away(shop: Shop, *faults: dict[str, Any]) -> None:
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": list(faults)} if faults else {})


GONE = {"kind": "500", "times": 99, "path": "/v1"}


async def given_up(shop: Shop) -> str:
    """As after three and a half days; which intent it was."""
    async with shop.db.unit_of_work() as session:
        await session.execute(
            update(Intent).where(col(Intent.done_at).is_(None)).values(dead_at=wall_now())
        )
    await give_back_what_is_due(shop.desk)
    intent: Intent = await one(shop.db, Intent)
    return intent.id


async def replayed(shop: Shop, intent_id: str) -> None:
    away(shop)
    assert await replay(shop.db, "intents", [intent_id]) == 1
    assert await drain(queue(shop)) == 1
    await give_back_what_is_due(shop.desk)


@pytest.mark.parametrize("kind", [CANCELS, WITHDRAWS])
async def test_what_was_given_up_waits_for_the_seller_until_it_is_replayed(
    shop: Shop, kind: Any
) -> None:
    if kind is CANCELS:
        away(shop, GONE)
    row = await declared(shop, BEN, kind)
    if kind is WITHDRAWS:
        away(shop, GONE)
        under_way = await give_back(shop.desk, OPERATOR, row.reference)
        assert under_way.resolution == "It is being carried out."
    intent_id = await given_up(shop)
    await give_back_what_is_due(shop.desk)  # once more tells nobody again
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.resolved_at) == (Finding.REFUSED, None)
    assert f"portal jobs replay {intent_id} --queue intents" in found_text(Reader("en"), after, "")
    assert (await mails(shop, BEN)).count(f"Not done yet: {row.reference}") == 1
    assert f"Needs you: {row.reference}" in await mails(shop, CLEO)
    if kind is WITHDRAWS:
        with pytest.raises(GivenUp):
            await give_back(shop.desk, OPERATOR, row.reference)
    await replayed(shop, intent_id)
    after = await one(shop.db, Declaration, id=row.id)
    done = {CANCELS: "It ends with its period.", WITHDRAWS: "It ended, and what was computed went"}
    assert after.resolution.startswith(done[kind])
    assert (after.resolved_at is not None, "stalled" in after.refund) == (True, False)
    assert at_stripe(shop)[1] == ([2900] if kind is WITHDRAWS else [])


async def test_what_was_refused_as_a_whole_can_be_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise RefusedByProvider("no")

    row = await declared(shop, BEN, WITHDRAWS)
    with monkeypatch.context() as patched:
        patched.setattr(shop.writer, "cancel_subscription", refused)
        with pytest.raises(RefusedByProvider):
            await give_back(shop.desk, OPERATOR, row.reference)
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.resolved_at) == (Finding.REFUSED, None)
    done = await give_back(shop.desk, OPERATOR, row.reference)
    assert (done.resolved_at is not None, done.finding) == (True, Finding.IN_TIME)
    assert at_stripe(shop) == (["active", "active", "canceled"], [2900])


@pytest.mark.parametrize("kind", [CANCELS, WITHDRAWS])
async def test_what_was_given_up_and_is_refused_when_replayed_waits_for_no_replay(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    if kind is CANCELS:
        away(shop, GONE)
    row = await declared(shop, BEN, kind)
    if kind is WITHDRAWS:
        away(shop, GONE)
        await give_back(shop.desk, OPERATOR, row.reference)
    intent_id = await given_up(shop)

    async def refused(*_: object, **__: object) -> None:
        raise RefusedByProvider("no")

    with monkeypatch.context() as patched:
        for verb in ("cancel_at_period_end", "cancel_subscription"):
            patched.setattr(shop.writer, verb, refused)
        await replayed(shop, intent_id)
        await give_back_what_is_due(shop.desk)  # once more tells nobody again
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.resolved_at) == (Finding.REFUSED, None)
    assert "stalled" not in after.refund
    assert "replay" not in found_text(Reader("en"), after, "It")
    assert (await mails(shop, BEN)).count(f"Not done yet: {row.reference}") == 1
    needed = (await mails(shop, CLEO)).count(f"Needs you: {row.reference}")
    assert needed == (2 if kind is CANCELS else 3)
    if kind is WITHDRAWS:
        done = await give_back(shop.desk, OPERATOR, row.reference)
        assert (done.resolved_at is not None, done.finding) == (True, Finding.IN_TIME)


async def test_a_cancellation_that_stripe_refused_later_is_not_called_scheduled(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    away(shop, GONE)
    row = await declared(shop, BEN)
    assert row.finding is Finding.SCHEDULED
    away(shop)

    async def refused(*_: object, **__: object) -> None:
        raise RefusedByProvider("no")

    monkeypatch.setattr(shop.writer, "cancel_at_period_end", refused)
    async with shop.db.unit_of_work() as session:
        await session.execute(update(Intent).values(leased_until=None, due_at=wall_now()))
    await drain(queue(shop))
    await give_back_what_is_due(shop.desk)
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.resolved_at) == (Finding.REFUSED, None)
    assert f"Needs you: {row.reference}" in await mails(shop, CLEO)


async def test_whoever_was_told_that_it_ends_hears_that_stripe_refused_it_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise RefusedByProvider("no")

    monkeypatch.setattr(shop.writer, "cancel_at_period_end", refused)
    row = await declared(shop, BEN)
    assert any(" ends on " in subject for subject in await mails(shop, BEN))
    await give_back_what_is_due(shop.desk)
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.resolved_at) == (Finding.REFUSED, None)
    assert (await mails(shop, BEN)).count(f"Not done yet: {row.reference}") == 1
    assert (await mails(shop, CLEO)).count(f"Needs you: {row.reference}") == 1


async def test_its_seller_is_told_of_it_however_often_it_had_to_wait(shop: Shop) -> None:
    """Tries that wrote nothing down use none of the mails up that a membership gets."""
    (held,) = await shop.held(shop.ben)
    other = asked_by(SYSTEM, kind=CANCEL.kind, about=held.row.membership.id, payload={})
    async with shop.db.unit_of_work() as session:
        session.add(other)
    row = await declared(shop, BEN, extraordinary=True, grounds="It broke.")
    for _ in range(3):
        with pytest.raises(StillUnderWay):
            await handle_declaration(shop.desk, row)
    await shop.desk.close(other, IntentOutcome.REFUSED, refusal="no")
    await handle_declaration(shop.desk, row)
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.resolved_at) == (Finding.SCHEDULED, None)
    assert (await mails(shop, CLEO)).count(f"Needs you: {row.reference}") == 1
