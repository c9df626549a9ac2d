"""The watch over cards: told once, resolved when mended, and quiet after an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.identity.models import Person
from portal_app.ingest.models import Change
from portal_app.ingest.turns import note_import
from portal_app.jobs.card_watch import EVERY, CardWatch, look_at_cards
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.models import CardNotice, Membership
from portal_app.memberships.service import watch_cards
from portal_app.payment_methods.models import PaymentMethod
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    PERIOD_END,
    HeldMembership,
    make_invoice,
    make_membership,
    make_payment_method,
    make_person,
)

# A month before the charge of PERIOD_END.
BEFORE = {"exp_month": (PERIOD_END.replace(day=1) - timedelta(days=1)).month}
BEFORE["exp_year"] = (PERIOD_END.replace(day=1) - timedelta(days=1)).year


@dataclass
class Scene:
    """Ada's card expires before her renewal; Ben's is good."""

    db: Database
    ada_id: str
    hers: HeldMembership
    card: PaymentMethod

    async def change(self, model: type[Any], identifier: str, **values: Any) -> None:
        async with self.db.unit_of_work() as session:
            row = await session.get_one(model, identifier)
            for name, value in values.items():
                setattr(row, name, value)

    async def notices(self) -> Sequence[CardNotice]:
        async with self.db.reading() as session:
            found = select(CardNotice).order_by(
                col(CardNotice.raised_at), col(CardNotice.charge_at)
            )
            return (await session.scalars(found)).all()

    async def told(self) -> list[str]:
        async with self.db.reading() as session:
            return list((await session.scalars(select(Change.person_id))).all())

    async def watch(self, now: datetime = NOW, *, quiet: bool = False) -> int:
        return await watch_cards(self.db, now, quiet=quiet)


@pytest.fixture
async def scene(db: Database, clocks: Clocks) -> Scene:
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        ben = await make_person(session, "ben@example.com", name="Ben")
        hers, his = await make_membership(session, ada), await make_membership(session, ben)
        card = await make_payment_method(session, hers.customer, **BEFORE)
        good = await make_payment_method(session, his.customer)
        for held, method in ((hers, card), (his, good)):
            held.customer.stripe_default_payment_method_id = method.stripe_payment_method_id
    return Scene(db, ada.id, hers, card)


async def test_it_is_told_once(scene: Scene) -> None:
    assert await scene.watch() == 1
    (notice,) = await scene.notices()
    assert (notice.payment_method_id, notice.charge_at, notice.raised_at, notice.resolved_at) == (
        scene.card.id,
        PERIOD_END,
        NOW,
        None,
    )
    assert notice.membership_id == scene.hers.membership.id
    assert await scene.told() == [scene.ada_id]
    assert await scene.watch(NOW + timedelta(days=1)) == 0
    assert len(await scene.notices()) == 1
    assert await scene.told() == [scene.ada_id]


async def test_not_long_before_the_charge(scene: Scene) -> None:
    """A year's renewal is told of 45 days ahead, or when the card has expired."""
    far = NOW + timedelta(days=300)
    month = {
        "exp_month": (far - timedelta(days=40)).month,
        "exp_year": (far - timedelta(days=40)).year,
    }
    await scene.change(Membership, scene.hers.membership.id, current_period_end=far)
    await scene.change(PaymentMethod, scene.card.id, **month)
    assert await scene.watch() == 0
    assert await scene.watch(far - timedelta(days=46)) == 0
    assert await scene.watch(far - timedelta(days=45)) == 1


async def test_at_once_when_the_card_has_expired(scene: Scene) -> None:
    far = NOW + timedelta(days=300)
    await scene.change(Membership, scene.hers.membership.id, current_period_end=far)
    assert await scene.watch(NOW.replace(day=28)) == 0
    assert await scene.watch(NOW.replace(day=28) + timedelta(days=5)) == 1


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (PaymentMethod, {"exp_year": 2031}),
        (Membership, {"stripe_status": "canceled", "canceled_at": NOW, "ended_at": NOW}),
        (Membership, {"cancel_at_period_end": True}),
        (Membership, {"stripe_status": "paused"}),
        (Customer, {"stripe_default_payment_method_id": None}),
    ],
)
async def test_it_is_resolved_when_it_is_mended(
    scene: Scene, model: type[Any], values: dict[str, Any]
) -> None:
    """Updated, ended, ending, paused, no longer used."""
    await scene.watch()
    row: Any = {
        PaymentMethod: scene.card,
        Membership: scene.hers.membership,
        Customer: scene.hers.customer,
    }[model]
    await scene.change(model, row.id, **values)
    assert await scene.watch(NOW + timedelta(hours=1)) == 1
    (notice,) = await scene.notices()
    assert notice.resolved_at == NOW + timedelta(hours=1)
    assert await scene.told() == [scene.ada_id, scene.ada_id]
    assert await scene.watch(NOW + timedelta(hours=2)) == 0


async def test_it_is_resolved_when_another_card_takes_its_place(scene: Scene) -> None:
    await scene.watch()
    async with scene.db.unit_of_work() as session:
        customer = await session.get_one(Customer, scene.hers.customer.id)
        new = await make_payment_method(session, customer)
        customer.stripe_default_payment_method_id = new.stripe_payment_method_id
    await scene.change(PaymentMethod, scene.card.id, detached_at=NOW)
    assert await scene.watch() == 1
    assert (await scene.notices())[0].resolved_at == NOW


async def test_what_comes_back_is_not_told_again(scene: Scene) -> None:
    await scene.watch()
    membership = scene.hers.membership.id
    await scene.change(Membership, membership, cancel_at_period_end=True)
    await scene.watch(NOW + timedelta(hours=1))
    await scene.change(Membership, membership, cancel_at_period_end=False)
    await scene.watch(NOW + timedelta(hours=2))
    (notice,) = await scene.notices()
    assert (notice.raised_at, notice.resolved_at) == (NOW, None)


async def test_a_new_expiry_that_is_too_early_again_is_told(scene: Scene) -> None:
    """Both in one look, although only one notice of a card may be open."""
    await scene.change(PaymentMethod, scene.card.id, exp_year=BEFORE["exp_year"] - 1)
    await scene.watch()
    await scene.change(PaymentMethod, scene.card.id, **BEFORE)
    assert await scene.watch(NOW + timedelta(hours=1)) == 2
    first, second = await scene.notices()
    assert (first.resolved_at is None, second.resolved_at) == (False, None)


async def test_a_failed_charge_is_its_own_alert(scene: Scene) -> None:
    """What was told before stays; the retries of a charge that failed raise nothing."""
    async with scene.db.unit_of_work() as session:
        invoice = await make_invoice(
            session, scene.hers.customer, status="open", next_attempt_at=PERIOD_END
        )
    values = {
        "stripe_status": "past_due",
        "latest_stripe_invoice_id": invoice.stripe_invoice_id,
    }
    await scene.change(Membership, scene.hers.membership.id, **values)
    assert await scene.watch() == 0
    await scene.change(
        Membership, scene.hers.membership.id, stripe_status="active", latest_stripe_invoice_id=None
    )
    assert await scene.watch() == 1
    await scene.change(Membership, scene.hers.membership.id, **values)
    assert await scene.watch() == 0


async def test_a_card_of_several_memberships_is_told_of_once(scene: Scene) -> None:
    async with scene.db.unit_of_work() as session:
        customer = await session.get_one(Customer, scene.hers.customer.id)
        ada = await session.get_one(Person, scene.ada_id)
        earlier = PERIOD_END - timedelta(days=2)
        sooner = await make_membership(session, ada, customer=customer, current_period_end=earlier)
    assert await scene.watch() == 1
    (notice,) = await scene.notices()
    assert notice.membership_id == sooner.membership.id


async def test_the_first_look_after_an_import_is_quiet(scene: Scene, clocks: Clocks) -> None:
    assert await look_at_cards(scene.db) is None  # nothing was imported yet
    async with scene.db.unit_of_work() as session:
        await note_import(session, log_position=wall_now())
    assert await look_at_cards(scene.db) == 1
    assert [one.quiet for one in await scene.notices()] == [True]
    # A weekly comparison is no import: what comes into its window later is told.
    async with scene.db.unit_of_work() as session:
        await note_import(session, log_position=wall_now(), whole=False)
    await scene.change(
        Membership, scene.hers.membership.id, current_period_end=PERIOD_END + timedelta(days=31)
    )
    await scene.change(PaymentMethod, scene.card.id, exp_year=BEFORE["exp_year"] - 1)
    assert await look_at_cards(scene.db) == 2
    assert [one.quiet for one in await scene.notices()] == [True, False]


async def test_the_timer_looks_when_the_demos_clock_jumps(scene: Scene, clocks: Clocks) -> None:
    async with scene.db.unit_of_work() as session:
        await note_import(session, log_position=wall_now())
    watch = CardWatch(lambda: scene.db)
    assert await watch.look_if_due()
    assert not await watch.look_if_due()
    clocks.business.at = business_now() + timedelta(days=1)
    assert await watch.look_if_due()
    assert not await watch.look_if_due()
    clocks.wall.advance(EVERY)
    assert await watch.look_if_due()
