"""Each renewal is charged to the method that the page showed, and there is one default at most.

After any order of adding, removing, choosing, assigning, failing and retrying.

`make test` tells a few stories, `make soak` a thousand; each on both databases, from its seed.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random

import pytest
from sqlmodel import col, select

from portal_app.identity.actor import Actor
from portal_app.intents.service import open_intents
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.models import MembershipSubscription
from portal_app.memberships.service import adding, running_memberships
from portal_app.payment_methods.service import Wallet, list_wallets
from tests.conftest import Clocks
from tests.factories import actor_of, make_person
from tests.provider.adapter.account import imported
from tests.provider.adapter.renewals import charges_since, next_charges
from tests.provider.adapter.wallet_story import WalletStory

SEEDS = int(os.environ.get("PORTAL_WALLET_SEEDS", "1000")) if os.environ.get("PORTAL_SOAK") else 2
FIRST = int(os.environ.get("PORTAL_WALLET_FIRST", "0"))
STEPS = 30


@pytest.fixture
async def story(
    request: pytest.FixtureRequest,
    companies: Database,
    clocks: Clocks,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[WalletStory]:
    # Nobody else is at work here whom it would help to wait for.
    monkeypatch.setattr(adding, "PATIENCE", ())
    chance = Random(request.param)  # noqa: S311 -- the same story each time
    story = WalletStory(chance, companies, clocks)
    await imported(story.writer, companies)
    story.people = [
        await _person(companies, email) for email in ("ada@example.com", "ben@example.com")
    ]
    yield story
    await story.close()


async def _person(db: Database, email: str) -> Actor:
    async with db.unit_of_work() as session:
        person = await make_person(session, email)
        await claim(session, person_id=person.id, address_key=email, now=business_now())
    return actor_of(person)


@dataclass(frozen=True)
class Shown:
    """What the pages say, by Stripe's ids, about customers that they say it for certain.

    Where a change waits for the provider the page says so, and what was changed in the Dashboard
    nobody may have told us yet. *charged*: subscription → method, "" for none.
    """

    charged: dict[str, str]
    wallets: list[Wallet]


async def look(story: WalletStory) -> Shown:
    async with story.db.reading() as session:
        wallets = [
            one
            for actor in story.people
            for one in await list_wallets(session, actor)
            if one.customer.stripe_customer_id not in story.unheard
        ]
        waiting = await open_intents(session, [one.customer.id for one in wallets])
        settled = {one.customer.id for one in wallets} - {one.about for one in waiting}
        held = [
            one
            for actor in story.people
            for one in await running_memberships(session, actor, business_now())
            if one.row.membership.customer_id in settled
        ]
        ids = col(MembershipSubscription.membership_id).in_([one.row.membership.id for one in held])
        links = (await session.scalars(select(MembershipSubscription).where(ids))).all()
    subscriptions = {one.membership_id: one.stripe_subscription_id for one in links}
    charged = {
        subscriptions[one.row.membership.id]: method.stripe_payment_method_id
        if (method := one.row.payment_method)
        else ""
        for one in held
    }
    return Shown(charged, [one for one in wallets if one.customer.id in settled])


def compared(said: Shown, taken: dict[str, str], after: str) -> int:
    """How many charges there were to compare."""
    both = {
        subscription: (said.charged[subscription], method)
        for subscription, method in taken.items()
        if subscription in said.charged
    }
    wrong = {subscription: pair for subscription, pair in both.items() if pair[0] != pair[1]}
    assert wrong == {}, f"after {after}: (shown, charged) by subscription"
    return len(both)


def check_wallets(story: WalletStory, said: Shown, after: str) -> None:
    """What is on file is what is attached; one default at most, and the same as Stripe's."""
    world = story.account.world
    for wallet in said.wallets:
        customer = world.objects[wallet.customer.stripe_customer_id]
        attached = {one["id"] for one in world.where("payment_method", customer=customer["id"])}
        on_file = {one.stripe_payment_method_id for one in wallet.methods}
        assert on_file == attached, f"after {after}"
        defaults = [
            one.stripe_payment_method_id for one in wallet.methods if wallet.is_default(one)
        ]
        default = customer["invoice_settings"]["default_payment_method"]
        assert defaults == ([default] if default else []), f"after {after}"


@pytest.mark.parametrize("story", range(FIRST, FIRST + SEEDS), indirect=True)
async def test_every_renewal_is_charged_to_what_the_page_showed(story: WalletStory) -> None:
    said = await look(story)
    for _ in range(STEPS):
        counter = story.account.world.counter
        after = await story.step()
        if after == "pass_time":
            taken = charges_since(story.account.world, counter)
            story.count("renewals", compared(said, taken, "the renewals themselves"))
        said = await look(story)
        compared(said, next_charges(story.account.world), after)
        check_wallets(story, said, after)
