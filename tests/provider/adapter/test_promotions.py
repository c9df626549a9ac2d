"""Promotion codes: what one gives is said first, and used beside what runs already."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx

from portal_app.identity.actor import Actor, ActorKind
from portal_app.kit.errors import TooManyRequests
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.plan_errors import (
    PlanNotChangeable,
    PromotionInUse,
    PromotionNotForThis,
    PromotionUnknown,
    QuoteExpired,
)
from portal_app.memberships.service import PromotionQuote, quote_promotion, use_promotion
from portal_app.memberships.state import PromotionState
from portal_app.ui.notices import NoticeState
from tests.provider.adapter.account import DAY, one
from tests.provider.adapter.api_client import Program, opened_program
from tests.provider.adapter.pages import at, run
from tests.provider.adapter.plan_shop import PlanShop


@pytest.fixture
def shop(plans: PlanShop) -> PlanShop:
    return plans


def code(shop: PlanShop, text: str = "SPRING", **over: Any) -> str:
    """A quarter off for three months, but for what *over* says of coupon and code."""
    rules = {key: over.pop(key) for key in ("customer", "restrictions", "active") if key in over}
    coupon = {"percent_off": 25, "duration": "repeating", "duration_in_months": 3, **over}
    if "amount_off" in over:
        del coupon["percent_off"]
    made = shop.client.v1.coupons.create(coupon).id  # type: ignore[arg-type]
    source: Any = {"type": "coupon", "coupon": made}
    return shop.client.v1.promotion_codes.create({"promotion": source, "code": text, **rules}).id


async def quoted(shop: PlanShop, text: object = "spring ") -> PromotionQuote:
    return await quote_promotion(shop.desk, shop.ada, (await shop.mine()).row.member.id, text)


async def test_it_is_used_beside_what_runs_already(shop: PlanShop) -> None:
    half = shop.client.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    shop.client.v1.subscriptions.update(shop.subs[0], {"discounts": [{"coupon": half}]})
    await shop.hear()
    code(shop)
    quote = await quoted(shop)
    assert (quote.without.amount_due.minor, quote.preview.amount_due.minor) == (1450, 1087)
    assert len(shop.sub.discounts) == 1  # nothing is used by asking
    await use_promotion(shop.desk, shop.ada, quote)
    assert len(shop.sub.discounts) == 2
    event: MembershipEvent = await one(shop.db, MembershipEvent, kind="promotion_applied")
    assert (event.actor_kind, event.actor_id) == (ActorKind.CUSTOMER, shop.ada.person_id)
    await shop.advance(32 * DAY)
    assert shop.invoices()[0].amount_paid == quote.preview.amount_due.minor
    code(shop, "SUMMER")
    with pytest.raises(PromotionInUse):
        await quoted(shop, "SUMMER")


async def test_what_is_good_for_nobody_or_somebody_else_was_never_there(shop: PlanShop) -> None:
    code(shop, "OVER", active=False)
    code(shop, "HIS", customer=shop.client.v1.customers.create({}).id)
    for text in ("NEVER", "OVER", "HIS", "", " ", "x" * 200, "a\nb", None, 7, ["SPRING"]):
        with pytest.raises(PromotionUnknown):
            await quoted(shop, text)
        shop.clocks.wall.advance(timedelta(minutes=11))


@pytest.mark.parametrize(
    "over",
    [
        {"amount_off": 500, "currency": "eur"},
        {"restrictions": {"first_time_transaction": True}},
        {"restrictions": {"minimum_amount": 5000, "minimum_amount_currency": "usd"}},
    ],
)
async def test_one_that_is_not_for_this(shop: PlanShop, over: dict[str, Any]) -> None:
    code(shop, **over)
    with pytest.raises(PromotionNotForThis):
        await quoted(shop)


async def test_only_its_holder_for_a_while_and_not_by_guessing(shop: PlanShop) -> None:
    code(shop)
    quote = await quoted(shop)
    with pytest.raises(MembershipNotFound):
        await quote_promotion(shop.desk, shop.ben, quote.member_id, "SPRING")
    with pytest.raises(MembershipNotFound):
        await use_promotion(shop.desk, shop.ben, quote)
    shop.clocks.wall.advance(timedelta(minutes=15))
    with pytest.raises(QuoteExpired):
        await use_promotion(shop.desk, shop.ada, quote)
    assert shop.sub.discounts == []
    for number in range(10):
        with pytest.raises(PromotionUnknown):
            await quoted(shop, f"GUESS{number}")
    with pytest.raises(TooManyRequests):
        await quoted(shop)


async def test_not_where_the_company_does_not_want_it_or_a_change_waits(shop: PlanShop) -> None:
    code(shop)
    await shop.change("small")
    with pytest.raises(PlanNotChangeable):
        await quoted(shop)
    await shop.policy(promotion_codes=False)
    with pytest.raises(PlanNotChangeable):
        await quoted(shop)


async def test_not_where_the_next_phase_of_a_schedule_would_take_it_away(shop: PlanShop) -> None:
    """The plan stays the same, so that nothing else tells of it."""
    code(shop)
    quote = await quoted(shop)
    made = shop.client.v1.subscription_schedules.create({"from_subscription": shop.subs[0]})
    item: Any = {"price": shop.prices["basic"], "quantity": 1}
    now = made.phases[0]
    dates = {"start_date": now.start_date, "end_date": now.end_date}
    month = {"interval": "month", "interval_count": 1}
    phases: Any = [{"items": [item], **dates}, {"items": [item], "duration": month}]
    shop.client.v1.subscription_schedules.update(made.id, {"phases": phases})
    await shop.hear()
    with pytest.raises(PlanNotChangeable):
        await use_promotion(shop.desk, shop.ada, quote)
    with pytest.raises(PlanNotChangeable):
        await quoted(shop)
    await shop.advance(32 * DAY)  # no other phase comes after this one
    await use_promotion(shop.desk, shop.ada, await quoted(shop))
    assert len(shop.sub.discounts) == 1


async def test_the_card_on_the_page(root: rx.State, shop: PlanShop, ada: Actor) -> None:
    code(shop)
    member_id = (await shop.mine()).row.member.id
    at(root, f"/billing/manage/{member_id}/plan/", member_id=member_id)
    page = await root.get_state(PromotionState)
    await run(PromotionState.check, page, {"code": "WINTER"})
    assert page.problem == "That code doesn't exist or can't be used any more."
    await run(PromotionState.check, page, {"code": "SPRING"})
    assert (page.problem, page.offer.code, page.offer.gives) == (
        "",
        "SPRING",
        "25% off for 3 months",
    )
    assert page.offer.next_charge.endswith(" is $21.75 instead of $29.00.")
    await run(PromotionState.use, page)
    assert (page.offer.code, page.busy) == ("", False)
    said = (await root.get_state(NoticeState)).text
    assert said == "The code is used: 25% off for 3 months."
    assert len(shop.sub.discounts) == 1


@pytest.fixture
async def program(settings: Any, shop: PlanShop) -> AsyncIterator[Program]:
    async with opened_program(shop) as one:
        yield one


async def test_by_a_program(program: Program, shop: PlanShop) -> None:
    code(shop)
    await shop.policy(promotion_codes=False)  # which is about what customers do themselves
    membership = await program.membership(shop.cus)
    path = f"/memberships/{membership.id}/apply_promo_code"
    missing = await program.write("POST", path, json={})
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "missing_parameter")
    stranger = await program.lumen.post(path, json={"promo_code": "SPRING"})
    unknown = await program.lumen.post(
        "/memberships/mem_unknown/apply_promo_code", json={"promo_code": "SPRING"}
    )
    assert (stranger.status_code, stranger.json()) == (404, unknown.json())
    wrong = await program.write("POST", path, json={"promo_code": "WINTER"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "promo_invalid")
    once = {"Idempotency-Key": "one"}
    for _ in range(2):
        reply = await program.write("POST", path, json={"promo_code": "SPRING"}, headers=once)
        assert (reply.status_code, reply.json()["id"]) == (200, membership.id)
    assert len(shop.sub.discounts) == 1
    again = await program.write("POST", path, json={"promo_code": "SPRING"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "promo_in_use")
    event: MembershipEvent = await one(shop.db, MembershipEvent, kind="promotion_applied")
    assert (event.actor_kind, event.actor_id) == (ActorKind.API_KEY, program.key_id)
