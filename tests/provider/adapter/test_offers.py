"""What stands beside the button that cancels: taken once, to the cent, and counted as won back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx

from portal_app.catalog.models import Company, Plan, PortalConfiguration
from portal_app.identity.actor import Actor, ActorKind
from portal_app.kit.clock import business_now
from portal_app.memberships.errors import MembershipNotFound, OfferGone
from portal_app.memberships.models import Cancellation, MembershipEvent, RetentionOffer
from portal_app.memberships.offers import OfferKind
from portal_app.memberships.service import (
    cancel_membership,
    change_plan,
    note_won_back,
    quote_change,
    take_offer,
)
from portal_app.memberships.state import CancelState
from tests.factories import make_configuration
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pages import run
from tests.provider.adapter.test_cancel_page import page_at

OWN = {"id": "fo_late", "label": "The calls are too late", "category": "unused"}


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


@dataclass(frozen=True)
class Offered:
    """Ada's paid membership, a coupon for it, and the page's key of the offer."""

    shop: Overdue
    member_id: str
    membership_id: str
    key: str

    async def take(self, actor: Actor | None = None, shown: Any = None) -> OfferKind:
        return await take_offer(
            self.shop.desk,
            actor or self.shop.ada,
            self.member_id,
            shown=self.key if shown is None else shown,
            reason="fo_late",
            comment="Well",
        )


@pytest.fixture
async def offered(shop: Overdue) -> Offered:
    coupon = shop.client.v1.coupons.create(
        {"percent_off": 33, "duration": "repeating", "duration_in_months": 3}
    ).id
    (held,) = [one for one in await shop.held(shop.ada) if one.row.member.id != shop.member_id]
    discount = {"coupon": coupon, "percent_off": 33, "months": 3}
    cancel = {"reasons": [OWN], "offers": ["discount"]}
    body = {"cancel": {**cancel, "discounts": {held.row.plan.id: discount}}}
    await publish(shop, body)
    key = f"discount:{coupon}/33/3"
    return Offered(shop, held.row.member.id, held.row.membership.id, key)


async def publish(shop: Overdue, body: dict[str, Any]) -> None:
    version = len(await rows(shop.db, PortalConfiguration)) + 1
    async with shop.db.unit_of_work() as session:
        company = await session.get_one(Company, "biz_northwind")
        await make_configuration(session, company, version=version, body=body)


async def test_the_next_charge_is_what_the_page_has_said(
    root: rx.State, offered: Offered, ada: Actor
) -> None:
    shop = offered.shop
    page = await page_at(root, offered.member_id)
    assert [option.label for option in page.view.reasons] == ["The calls are too late"]
    assert page.view.offer.lines == [
        "33% off what is charged in the next 3 months.",
        "That is $19.43 per month instead of $29.00.",
    ]
    CancelState.choose_reason.fn(page, "fo_late")
    (sent,) = await run(CancelState.take_offer, page)
    assert f"/billing/manage/{offered.member_id}/" in str(sent)
    shop.sandbox.advance(31 * 86_400)
    latest = shop.client.v1.invoices.list({"subscription": shop.subs[1], "limit": 1}).data[0]
    assert latest.amount_paid == 1943
    row = await one(shop.db, RetentionOffer)
    assert (row.reason, row.option_id, row.option_label) == ("unused", "fo_late", OWN["label"])
    assert (row.kind, row.taken_at) == ("discount", business_now())
    (event,) = [one for one in await rows(shop.db, MembershipEvent) if one.kind == "won_back"]
    assert (event.actor_kind, event.actor_id) == (ActorKind.CUSTOMER, ada.person_id)
    assert await rows(shop.db, Cancellation) == []
    assert (await page_at(root, offered.member_id)).view.offer.key == ""


async def test_it_is_had_once_and_by_nobody_else(offered: Offered) -> None:
    with pytest.raises(MembershipNotFound):
        await offered.take(offered.shop.ben)
    await offered.take()
    with pytest.raises(OfferGone):
        await offered.take()
    (discount,) = offered.shop.client.v1.subscriptions.retrieve(offered.shop.subs[1]).discounts
    assert discount


async def test_what_was_not_shown_or_says_something_else_at_stripe_is_not_given(
    offered: Offered,
) -> None:
    shop = offered.shop
    for shown in ("", "pause", offered.key.replace("33", "90"), 7, [offered.key]):
        with pytest.raises(OfferGone):
            await offered.take(shown=shown)
    other = shop.client.v1.coupons.create({"percent_off": 10, "duration": "once"}).id
    (held,) = [one for one in await shop.held(shop.ada) if one.row.member.id == offered.member_id]
    discount = {"coupon": other, "percent_off": 33, "months": 3}
    await publish(shop, {"cancel": {"discounts": {held.row.plan.id: discount}}})
    with pytest.raises(OfferGone):
        await offered.take(shown=f"discount:{other}/33/3")
    assert shop.client.v1.subscriptions.retrieve(shop.subs[1]).discounts == []
    assert [row.taken_at for row in await rows(shop.db, RetentionOffer)] == [None]


async def test_discounts_that_run_already_go_on(offered: Offered) -> None:
    shop = offered.shop
    running = shop.client.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    shop.client.v1.subscriptions.update(shop.subs[1], {"discounts": [{"coupon": running}]})
    await offered.take()
    assert len(shop.client.v1.subscriptions.retrieve(shop.subs[1]).discounts) == 2


async def test_nothing_is_offered_to_who_owes(root: rx.State, offered: Offered, ada: Actor) -> None:
    page = await page_at(root, offered.shop.member_id)
    assert (page.view.state, page.view.offer.key) == ("open", "")


async def test_a_pause_or_plan_counts_when_it_is_done_soon(offered: Offered) -> None:
    db, membership_id = offered.shop.db, offered.membership_id
    for kind, ago in ((OfferKind.PAUSE, timedelta(hours=2)), (OfferKind.PLAN, timedelta(days=2))):
        async with db.unit_of_work() as session:
            session.add(
                RetentionOffer(
                    membership_id=membership_id,
                    member_id=offered.member_id,
                    kind=kind,
                    chosen_at=business_now() - ago,
                )
            )
    for kind in OfferKind:
        async with db.unit_of_work() as session:
            await note_won_back(session, membership_id, kind, asked_at=business_now())
    taken = {row.kind: row.taken_at is not None for row in await rows(db, RetentionOffer)}
    assert taken == {"pause": True, "plan": False}
    # Soon is meant from when it was asked for: the provider may have been away since.
    async with db.unit_of_work() as session:
        asked_at = business_now() - timedelta(days=1, hours=12)
        await note_won_back(session, membership_id, OfferKind.PLAN, asked_at=asked_at)
    assert all(row.taken_at is not None for row in await rows(db, RetentionOffer))


async def test_a_companys_own_reason_is_kept_with_the_cancellation(offered: Offered) -> None:
    await cancel_membership(
        offered.shop.desk,
        offered.shop.ada,
        offered.member_id,
        shown="at_period_end",
        reason="fo_late",
        comment=None,
    )
    noted = await one(offered.shop.db, Cancellation)
    assert (noted.reason, noted.option_id, noted.option_label) == (
        "unused",
        "fo_late",
        OWN["label"],
    )
    details = offered.shop.client.v1.subscriptions.retrieve(offered.shop.subs[1])
    assert details.cancellation_details
    assert details.cancellation_details.feedback == "unused"


async def test_a_cheaper_plan_is_agreed_to_on_its_own_page(
    root: rx.State, offered: Offered, ada: Actor
) -> None:
    shop = offered.shop
    sub = shop.client.v1.subscriptions.retrieve(shop.subs[1])
    product = str(sub["items"].data[0].price.product)
    price = shop.client.v1.prices.create(
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 1900,
            "nickname": "Small",
            "recurring": {"interval": "month"},
        }
    )
    await shop.learn()
    await publish(shop, {"cancel": {"offers": ["plan", "discount"]}})
    page = await page_at(root, offered.member_id)
    assert page.view.offer.lines == ["Small costs $19.00 per month instead of $29.00 per month."]
    (sent,) = await run(CancelState.take_offer, page)
    assert f"/billing/manage/{offered.member_id}/plan/" in str(sent)
    assert (await one(shop.db, RetentionOffer)).taken_at is None
    plan = await one(shop.db, Plan, stripe_price_id=price.id)
    quote = await quote_change(shop.desk, ada, offered.member_id, plan.id, 1)
    await change_plan(shop.desk, ada, quote)
    assert (await one(shop.db, RetentionOffer)).taken_at == business_now()
    assert "won_back" in {event.kind for event in await rows(shop.db, MembershipEvent)}


async def test_a_pause_stands_there_where_there_is_nothing_else(
    root: rx.State, offered: Offered, ada: Actor
) -> None:
    await publish(offered.shop, {})
    page = await page_at(root, offered.member_id)
    assert page.view.offer.button == "Pause membership"
    (sent,) = await run(CancelState.take_offer, page)
    assert f"/billing/manage/{offered.member_id}/pause/" in str(sent)
    assert (await one(offered.shop.db, RetentionOffer)).taken_at is None
