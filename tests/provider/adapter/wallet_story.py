"""A random story of people and what they pay with: they add, remove, choose and assign.

The provider fails in a third of their writes; `wallet_world.py` tells what happens around them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

import stripe

from portal_app.identity.actor import Actor
from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.kit.errors import Conflict, NotFound, PortalError
from portal_app.memberships.service import (
    charge_to,
    make_default,
    method_added,
    remove_method,
)
from portal_app.payment_methods.errors import StillInUse
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import Uses, finish_setup, note_setup, open_setup
from tests.provider.adapter.inprocess import Outage
from tests.provider.adapter.wallet_world import CARDS, WalletWorld

BAD_AT_SETUP = "pm_card_chargeDeclined"
Step: TypeAlias = Callable[["WalletStory"], Awaitable[None]]


class WalletStory(WalletWorld):
    """Takes one step after another, each chosen by chance."""

    async def step(self) -> str:
        act = self.chance.choice(STEPS)
        self.tick()
        await act(self)
        return act.__name__

    async def _try(self, what: str, write: Awaitable[Any], customer: str) -> bool:
        """Whether it is done; a third of all writes meets a provider that fails.

        A refusal by the provider would be a fault where our rows are right.
        """
        if self.chance.random() < 1 / 3:
            kind = self.chance.choice(["lost", "unheard", "500"])
            bad = self.chance.choice([1, 99])
            self.writer.fail(Outage(kind, self.chance.randint(0, 4), bad))
        try:
            await write
        except (Waiting, StillUnderWay):
            self.count(f"{what}: waits")
            return False
        except StillInUse:
            return False
        except PortalError:
            if customer not in self.unheard:
                raise
            return False
        finally:
            self.writer.fail(None)
        self.count(what)
        return True

    async def add(self) -> None:
        """Through the form: opened, confirmed in the browser, or left."""
        actor, wallet = await self._somebody()
        cus = wallet.customer.stripe_customer_id
        member = await self._membership(wallet, actor) if self.chance.random() < 0.3 else ""
        everywhere = self.chance.random() < 0.5
        uses = Uses(everywhere=everywhere, member_ids=(member,) if member else ())
        noted = await note_setup(self.db, actor, wallet, uses)
        setup = await open_setup(self.writer, wallet, noted)
        card = self.chance.choice([*CARDS, BAD_AT_SETUP, ""])
        if not card:
            return
        with suppress(stripe.CardError):
            self.api.setup_intents.confirm(setup.id, {"payment_method": card})
        self.tick()
        try:
            method, setup_id = await finish_setup(self.db, self.writer, actor, setup.id)
        except Conflict:
            assert card == BAD_AT_SETUP
            return
        self.tick()
        if self.chance.random() < 0.2:
            return  # the tab dies, and a webhook may tell of it one day
        had_default = any(map(wallet.is_default, wallet.methods))
        write = method_added(self.desk, actor, method.id, setup_id=setup_id)
        if await self._try("add", write, cus) and cus not in self.unheard:
            (after,) = [
                one for one in await self.wallets(actor) if one.customer.id == wallet.customer.id
            ]
            if everywhere or not had_default:
                assert after.is_default(method), "a first method was not made the default"

    async def choose_default(self) -> None:
        actor, method = await self._method()
        if method:
            cus = await self._stripe_customer(actor, method)
            await self._try("default", make_default(self.desk, actor, method.id), cus)

    async def assign(self) -> None:
        actor, wallet = await self._somebody()
        member = await self._membership(wallet, actor)
        if member and wallet.methods:
            everywhere = self.chance.random() < 0.3
            method = self.chance.choice(wallet.methods)
            write = charge_to(self.desk, actor, member, method.id, everywhere=everywhere)
            await self._try("assign", write, wallet.customer.stripe_customer_id)

    async def remove(self) -> None:
        actor, wallet = await self._somebody()
        if not wallet.methods:
            return
        gone, substitute = (self.chance.choice(wallet.methods) for _ in range(2))
        how: dict[str, Any] = self.chance.choice(
            [{}, {"cancel": True}, *[{"substitute_id": substitute.id}] * 3]
        )
        if gone.id == how.get("substitute_id"):
            return
        write = remove_method(self.desk, actor, gone.id, **how)
        await self._try("remove", write, wallet.customer.stripe_customer_id)

    async def meddle(self) -> None:
        """With what is another person's: as if it did not exist."""
        actor, method = await self._method()
        (other,) = [one for one in self.people if one != actor]
        if method is None:
            return
        (member, *_) = [one.row.member.id for one in await self.held(other)] or [""]
        for refused in (
            make_default(self.desk, other, method.id),
            remove_method(self.desk, other, method.id, cancel=True),
            method_added(self.desk, other, method.id, Uses(everywhere=True)),
            charge_to(self.desk, other, member, method.id, everywhere=True),
        ):
            try:
                await refused
            except NotFound:
                self.count("foreign")
            else:
                raise AssertionError("somebody else's payment method was touched")

    async def _stripe_customer(self, actor: Actor, method: PaymentMethod) -> str:
        return next(
            wallet.customer.stripe_customer_id
            for wallet in await self.wallets(actor)
            if wallet.customer.id == method.customer_id
        )


STEPS: tuple[Step, ...] = (
    *[WalletStory.add] * 4,
    *[WalletStory.choose_default] * 2,
    *[WalletStory.assign] * 4,
    *[WalletStory.remove] * 4,
    *[WalletStory.work] * 3,
    *[WalletStory.hear] * 2,
    *[WalletStory.pass_time] * 3,
    *(WalletStory.meddle, WalletStory.compare, WalletStory.subscribe),
    WalletStory.change_in_the_dashboard,
)
