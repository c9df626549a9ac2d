"""What is done to one membership, from its page, by a program, in the Dashboard and by time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

import stripe

from portal_app.identity.actor import Actor
from portal_app.intents.errors import StillUnderWay, Unconfirmed, Waiting
from portal_app.kit.clock import business_now
from portal_app.kit.errors import Conflict, ProviderUnavailable
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.exits import plan_exit
from portal_app.memberships.service import (
    cancel_as_company,
    cancel_membership,
    change_plan,
    exit_page,
    extend_as_company,
    keep_as_company,
    keep_membership,
    keep_plan,
    quote_change,
    quote_rejoin,
    rejoin,
    rejoin_page,
    set_metadata_as_company,
    take_offer,
)
from portal_app.memberships.service.pause_page import PausePage, pause_page
from portal_app.memberships.service.pausing import pause_as_company, pause_membership
from portal_app.memberships.service.resuming import (
    resume_as_company,
    resume_membership,
    unpause_membership,
)
from portal_app.provider.errors import RefusedByProvider
from tests.provider.adapter.exit_world import AMOUNTS, ExitWorld
from tests.provider.adapter.inprocess import Outage

Step: TypeAlias = Callable[["ExitStory"], Awaitable[None]]


class ExitStory(ExitWorld):
    """Takes one step after another, each chosen by chance."""

    async def step(self) -> str:
        act = self.chance.choice(STEPS)
        self.tick()
        await act(self)
        return act.__name__

    @property
    def ada(self) -> Actor:
        return self.people[0]

    async def _try(self, what: str, write: Awaitable[Any]) -> bool:
        """Whether it was done. A refusal is one of ours, in words; anything else is a fault."""
        if self.chance.random() < 1 / 3:
            kind = self.chance.choice(["lost", "unheard", "500"])
            self.writer.fail(Outage(kind, self.chance.randint(0, 4), self.chance.choice([1, 99])))
        try:
            await write
        except (Waiting, StillUnderWay, Unconfirmed, ProviderUnavailable):
            self.count(f"{what}: waits")
            return False
        except (Conflict, RefusedByProvider) as refusal:
            self.count(f"{what}: {refusal.code}")
            return False
        finally:
            self.writer.fail(None)
        self.count(what)
        return True

    # -- from the page -------------------------------------------------------------------------
    async def cancel(self) -> None:
        async with self.db.reading() as session:
            page = await exit_page(session, self.ada, self.member_id, business_now())
        write = cancel_membership(
            self.desk,
            self.ada,
            self.member_id,
            shown=plan_exit(page.held.facts, page.policy, business_now()).kind,
            reason="unused",
            comment="",
        )
        await self._try("cancel", write)

    async def keep(self) -> None:
        await self._try("keep", keep_membership(self.desk, self.ada, self.member_id))

    async def take_offer(self) -> None:
        async with self.db.reading() as session:
            page = await exit_page(session, self.ada, self.member_id, business_now())
        if page.offer is None:
            return
        given: Any = {"shown": page.offer.key, "reason": None, "comment": None}
        await self._try("offer", take_offer(self.desk, self.ada, self.member_id, **given))

    async def come_back(self) -> None:
        """What is charged at once is what was shown, to the cent."""
        async with self.db.reading() as session:
            page = await rejoin_page(session, self.ada, self.member_id, business_now())
        if not (page.possible and page.methods):
            return
        plan = self.chance.choice(page.plans)
        try:
            quote = await quote_rejoin(self.desk, self.ada, self.member_id, plan.id)
        except Conflict:
            return
        before = len(self.subscriptions(self.customers[0]))
        write = rejoin(
            self.desk,
            self.ada,
            self.member_id,
            plan_id=plan.id,
            method_id=page.methods[0].id,
            due=quote.due,
        )
        if await self._try("rejoin", write):
            subs = self.subscriptions(self.customers[0])
            if len(subs) > before:
                taken = [amount for _, amount in self.kept(subs[-1]["id"])]
                assert sum(taken) == quote.due.minor, (taken, quote)

    async def change_plan(self) -> None:
        plans = await self.plans()
        plan = plans[self.chance.choice(AMOUNTS)]
        try:
            quote = await quote_change(self.desk, self.ada, self.member_id, plan, 1)
        except (Conflict, RefusedByProvider):
            return  # Refused when it has ended there and we have not heard of that yet.
        subscription = quote.subscription_id
        before = sum(amount for _, amount in self.kept(subscription))
        if await self._try("plan", change_plan(self.desk, self.ada, quote)):
            taken = sum(amount for _, amount in self.kept(subscription)) - before
            # Where it could not be paid, the plan waits for its payment and is as it was.
            waits = taken == 0 and self.subscriptions(self.customers[0])[-1]["pending_update"]
            assert waits or taken == quote.due.minor, (taken, quote)

    async def keep_plan(self) -> None:
        await self._try("keep plan", keep_plan(self.desk, self.ada, self.member_id))

    async def pause(self) -> None:
        plan = (await self._pause_page()).plan
        if plan.choices:
            months = self.chance.choice(plan.choices).months
            write = pause_membership(
                self.desk, self.ada, self.member_id, months=months, shown=plan.told
            )
            await self._try("pause", write)

    async def unpause(self) -> None:
        await self._try("unpause", unpause_membership(self.desk, self.ada, self.member_id))

    async def resume(self) -> None:
        """What it costs is what was shown, or nothing happens."""
        amount = self.chance.choice([1900, 2320, 2900, 4720, 5900])
        write = resume_membership(self.desk, self.ada, self.member_id, amount_minor=amount)
        current = self.subscriptions(self.customers[0])[-1]["id"]
        before = sum(amount for _, amount in self.kept(current))
        if await self._try("resume", write):
            assert sum(amount for _, amount in self.kept(current)) - before in {0, amount}

    async def _pause_page(self) -> PausePage:
        async with self.db.reading() as session:
            return await pause_page(session, self.ada, self.member_id, business_now())

    async def pause_by_api(self) -> None:
        write = pause_as_company(self.desk, self.key, self.membership_id, until=None)
        await self._try("api pause", write)

    async def resume_by_api(self) -> None:
        await self._try("api resume", resume_as_company(self.desk, self.key, self.membership_id))

    async def meddle(self) -> None:
        """Ben, with what is Ada's: as if it did not exist."""
        ben = self.people[1]
        given: Any = {"shown": "at_period_end", "reason": None, "comment": None}
        for refused in (
            cancel_membership(self.desk, ben, self.member_id, **given),
            keep_membership(self.desk, ben, self.member_id),
            take_offer(self.desk, ben, self.member_id, **given),
            quote_rejoin(self.desk, ben, self.member_id, "plan_1"),
        ):
            try:
                await refused
            except MembershipNotFound:
                continue
            raise AssertionError("somebody else's membership was found")

    # -- by a program --------------------------------------------------------------------------
    async def cancel_by_api(self) -> None:
        at_once = self.chance.random() < 0.3
        write = cancel_as_company(self.desk, self.key, self.membership_id, at_once=at_once)
        await self._try("api cancel", write)

    async def keep_by_api(self) -> None:
        await self._try("api keep", keep_as_company(self.desk, self.key, self.membership_id))

    async def extend_by_api(self) -> None:
        days = self.chance.choice([1, 10, 40])
        write = extend_as_company(self.desk, self.key, self.membership_id, days)
        await self._try("api extend", write)

    async def describe_by_api(self) -> None:
        pairs = {"seat": str(self.chance.randint(1, 9))}
        write = set_metadata_as_company(self.desk, self.key, self.membership_id, pairs)
        await self._try("api metadata", write)

    # -- in the Dashboard, and by the bank -----------------------------------------------------
    async def cancel_in_the_dashboard(self) -> None:
        running = [
            sub
            for sub in self.subscriptions(self.customers[0])
            if sub["status"] not in {"canceled", "incomplete_expired"}
        ]
        if not running:
            return
        with suppress(stripe.InvalidRequestError):
            if self.chance.random() < 0.5:
                self.api.subscriptions.cancel(running[-1]["id"])
            else:
                self.api.subscriptions.update(running[-1]["id"], {"cancel_at_period_end": True})

    async def change_card(self) -> None:
        """Cards that fail make it overdue; a good one comes back."""
        card = self.chance.choice(["pm_card_visa", "pm_card_visa", "pm_card_chargeCustomerFail"])
        self.shop.set_default(self.customers[0], self.shop.attach(self.customers[0], card))
        await self.compare()


STEPS: tuple[Step, ...] = (
    *(ExitStory.cancel,) * 3,
    *(ExitStory.keep,) * 2,
    *(ExitStory.come_back,) * 3,
    ExitStory.take_offer,
    *(ExitStory.change_plan,) * 2,
    ExitStory.keep_plan,
    *(ExitStory.pause,) * 2,
    ExitStory.unpause,
    ExitStory.resume,
    ExitStory.pause_by_api,
    ExitStory.resume_by_api,
    ExitStory.meddle,
    ExitStory.cancel_by_api,
    ExitStory.keep_by_api,
    ExitStory.extend_by_api,
    ExitStory.describe_by_api,
    ExitStory.cancel_in_the_dashboard,
    ExitStory.change_card,
    *(ExitStory.hear,) * 3,
    *(ExitStory.work,) * 2,
    *(ExitStory.pass_time,) * 3,
)
