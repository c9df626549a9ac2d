"""Subscriptions become memberships: newer wins, one subscription counts, history is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal_app.catalog.models import Plan
from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.identity.actor import ActorKind
from portal_app.ingest.models import Change
from portal_app.kit.observed import Outcome
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipEvent,
    MembershipSubscription,
)
from portal_app.provider.stripe.customers import customer_facts
from tests.conftest import NOW
from tests.db.projection.conftest import Account
from tests.factories import make_person
from tests.provider.adapter import objects

START = datetime(2024, 1, 31, 12, tzinfo=UTC)
END = datetime(2024, 2, 29, 12, tzinfo=UTC)
DAY = 86400


async def link_to_ada(account: Account) -> str:
    async with account.db.unit_of_work() as session:
        ada = await make_person(session)
        customer = await session.get_one(Customer, (await account.one(Customer)).id)
        customer.person_id = ada.id
        return ada.id


async def test_the_same_facts_again_change_nothing(account: Account) -> None:
    assert await account.subscription() is Outcome.WRITTEN
    before = await account.one(Membership)
    account.clocks.business.advance(timedelta(days=1))
    assert await account.subscription() is Outcome.UNCHANGED
    after = await account.one(Membership)
    assert after.observed_at > before.observed_at
    assert after.model_dump(exclude={"observed_at"}) == before.model_dump(exclude={"observed_at"})
    assert await account.kinds() == ["created", "activated"]


async def test_a_later_observation_is_never_undone_by_an_older_one(account: Account) -> None:
    early = account.observed_at()
    await account.subscription(status="past_due")
    assert await account.subscription(status="active", at=early) is Outcome.STALE
    assert (await account.one(Membership)).stripe_status == "past_due"
    # An observation without a change counts too.
    middle = account.observed_at()
    assert await account.subscription(status="past_due") is Outcome.UNCHANGED
    assert await account.subscription(status="active", at=middle) is Outcome.STALE
    assert await account.subscription(status="active") is Outcome.WRITTEN


@pytest.mark.parametrize(
    "over",
    [
        {"customer": "cus_404"},
        {"items": objects.listed(objects.item(price=objects.price(id="p", product="prod_404")))},
    ],
)
async def test_what_refers_to_nothing_known_is_unrelated(
    account: Account, over: dict[str, Any]
) -> None:
    assert await account.subscription(**over) is Outcome.UNRELATED
    assert await account.all(Membership) == []


async def test_a_price_made_since_the_catalogue_was_read_is_added(account: Account) -> None:
    fresh = objects.item(price=objects.price(id="price_new", unit_amount=4500))
    await account.subscription(fresh)
    plan = await account.one(Plan, stripe_price_id="price_new")
    membership = await account.one(Membership)
    assert (membership.plan_id, membership.price_minor) == (plan.id, 4500)


async def test_items_beside_the_plan(account: Account) -> None:
    seat = objects.item(
        id="si_2", price=objects.price(id="price_s", nickname=None, unit_amount=500), quantity=3
    )
    await account.subscription(objects.item(quantity=2), seat)
    membership = await account.one(Membership)
    assert (membership.quantity, membership.price_minor) == (2, 2900)
    assert membership.extra_items == [
        {"description": "Trading Room", "quantity": 3, "amount_minor": 500}
    ]


@pytest.mark.contradictory("claimed without its holdings")
async def test_a_holding_is_the_persons_or_waits_for_one(account: Account) -> None:
    await account.subscription()
    waiting = await account.one(Member)
    assert (waiting.person_id, waiting.from_at, waiting.until_at) == (None, START, None)
    assert await account.all(Change) == []
    person_id = await link_to_ada(account)
    await account.subscription(id="sub_2")
    second = await account.one(Member, person_id=person_id)
    assert second.id != waiting.id
    assert [(one.person_id, one.topic) for one in await account.all(Change)] == [
        (person_id, "memberships")
    ]
    assert await account.subscription(id="sub_2") is Outcome.UNCHANGED
    assert len(await account.all(Change)) == 1


async def test_the_history_of_what_is_over_when_it_is_first_seen(account: Account) -> None:
    await account.subscription(
        status="canceled",
        trial_start=objects.CREATED,
        trial_end=objects.CREATED + 7 * DAY,
        canceled_at=objects.CREATED + 10 * DAY,
        ended_at=objects.RENEWS,
    )
    assert await account.history() == [
        ("created", START),
        ("trial_started", START),
        ("trial_ended", START + timedelta(days=7)),
        ("cancel_scheduled", START + timedelta(days=10)),
        ("canceled", END),
    ]
    event = (await account.all(MembershipEvent))[0]
    assert (event.actor_kind, event.actor_id) == (ActorKind.SYSTEM, "")
    assert (await account.one(Member)).until_at is None


async def test_a_subscription_that_was_never_paid(account: Account) -> None:
    await account.subscription(status="incomplete")
    await account.subscription(status="incomplete_expired", ended_at=objects.CREATED + DAY)
    assert await account.history() == [
        ("created", START),
        ("expired", START + timedelta(days=1)),
    ]


async def test_each_change_is_told_once_with_its_own_time(account: Account) -> None:
    asked = objects.CREATED + 5 * DAY
    await account.subscription(status="incomplete")
    await account.subscription()
    await account.subscription(cancel_at_period_end=True, canceled_at=asked, cancel_at=None)
    await account.subscription(cancel_at_period_end=True, canceled_at=asked)
    await account.subscription()
    await account.subscription(default_payment_method="pm_2")
    collection = {"behavior": "void", "resumes_at": objects.RENEWS}
    over: dict[str, Any] = {"default_payment_method": "pm_2"}
    await account.subscription(pause_collection=collection, **over)
    account.clocks.business.advance(timedelta(days=1))
    await account.subscription(pause_collection=collection, **over)
    await account.subscription(**over)
    pro = objects.item(price=objects.price(id="price_9", unit_amount=5900))
    await account.subscription(pro, **over)
    await account.subscription(pro, status="canceled", ended_at=objects.RENEWS, **over)
    later = NOW + timedelta(days=1)
    assert await account.history() == [
        ("created", START),
        ("activated", NOW),
        ("cancel_scheduled", START + timedelta(days=5)),
        ("cancel_undone", NOW),
        ("payment_method_changed", NOW),
        ("paused", NOW),
        ("resumed", later),
        ("plan_changed", later),
        ("canceled", END),
    ]
    scheduled = await account.one(MembershipEvent, kind="cancel_scheduled")
    assert scheduled.after == {"takes_effect_at": END.isoformat()}
    moved = await account.one(MembershipEvent, kind="plan_changed")
    monthly = await account.one(Plan, stripe_price_id="price_1")
    plan = await account.one(Plan, stripe_price_id="price_9")
    assert (moved.before["plan_id"], moved.after["plan_id"]) == (monthly.id, plan.id)
    membership = await account.one(Membership)
    assert (membership.plan_id, membership.price_minor) == (plan.id, 5900)


async def test_a_pause_keeps_the_time_at_which_it_was_first_seen(account: Account) -> None:
    await account.subscription(pause_collection={"behavior": "void"})
    account.clocks.business.advance(timedelta(days=3))
    assert await account.subscription(pause_collection={"behavior": "void"}) is Outcome.UNCHANGED
    assert (await account.one(Membership)).paused_at == NOW
    await account.subscription()
    assert (await account.one(Membership)).paused_at is None


async def test_a_scheduled_change_names_our_plan(account: Account) -> None:
    pending = {
        "expires_at": objects.RENEWS,
        "subscription_items": [{"price": objects.price(id="price_9"), "quantity": 1}],
    }
    await account.subscription(pending_update=pending)
    plan = await account.one(Plan, stripe_price_id="price_9")
    assert (await account.one(Membership)).scheduled_change == {
        "stripe_price_id": "price_9",
        "plan_id": plan.id,
        "quantity": 1,
        "expires_at": END.isoformat(),
    }
    await account.subscription()
    assert (await account.one(Membership)).scheduled_change == {}


async def test_a_joining_subscription_takes_over_and_the_old_one_counts_no_more(
    account: Account,
) -> None:
    await account.subscription()
    membership = await account.one(Membership)
    holding = await account.one(Member)
    await account.apply(
        project_customer, customer_facts(objects.customer(id="cus_2", email="ben@example.com"))
    )
    joining: dict[str, Any] = {
        "id": "sub_2",
        "customer": "cus_2",
        "created": objects.CREATED + DAY,
        "start_date": objects.CREATED + DAY,
        "metadata": {"portal_membership": membership.id},
    }
    # One that never started takes nothing over.
    assert await account.subscription(status="incomplete", **joining) is Outcome.UNCHANGED
    assert len(await account.all(MembershipSubscription)) == 1
    assert await account.subscription(**joining) is Outcome.WRITTEN

    links = {one.stripe_subscription_id: one for one in await account.all(MembershipSubscription)}
    assert links["sub_1"].until_at == START + timedelta(days=1)
    assert (links["sub_2"].membership_id, links["sub_2"].until_at) == (membership.id, None)
    ben = await account.one(Customer, stripe_customer_id="cus_2")
    now = await account.one(Membership)
    assert (now.customer_id, now.started_at) == (ben.id, START)
    assert (await account.one(Member)).id == holding.id
    assert await account.subscription(status="canceled") is Outcome.UNCHANGED
    assert (await account.one(Membership)).stripe_status == "active"
    assert "canceled" not in await account.kinds()


async def test_a_fresh_import_brings_memberships_and_their_rows_back(account: Account) -> None:
    """Stripe lists the newest first, so the joining subscription is seen before the old one."""
    named = {"portal_membership": "mem_fromBefore"}
    later = objects.CREATED + DAY
    await account.subscription(id="sub_2", created=later, start_date=later, metadata=named)
    assert await account.subscription(status="canceled", metadata=named) is Outcome.UNCHANGED
    membership = await account.one(Membership)
    assert (membership.id, membership.stripe_status) == ("mem_fromBefore", "active")
    old = await account.one(MembershipSubscription, stripe_subscription_id="sub_1")
    assert old.until_at == START + timedelta(days=1)


async def test_a_name_that_is_no_id_of_ours_is_not_taken(account: Account) -> None:
    await account.subscription(metadata={"portal_membership": "'; DROP TABLE memberships"})
    membership = await account.one(Membership)
    assert membership.id.startswith("mem_")
    assert "DROP" not in membership.id
