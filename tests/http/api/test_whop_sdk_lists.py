"""Lists through Whop's own SDK: its auto-paging, every filter as it sends them, every shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from whop_sdk import Whop
from whop_sdk.errors import BadRequestError
from whop_sdk.types.member import Member
from whop_sdk.types.membership import Membership
from whop_sdk.types.plan import Plan
from whop_sdk.types.plan_list_item import PlanListItem
from whop_sdk.types.product import Product
from whop_sdk.types.product_list_item import ProductListItem
from whop_sdk.types.user import User
from whop_sdk.types.variant import Variant
from whop_sdk.types.variant_list_item import VariantListItem

from portal_app.api.membership_list import BUCKETS
from tests.factories import NOW, HeldMembership
from tests.http.api.conftest import build_world
from tests.http.api.every_state import EveryState, belongs_to, build_every_state
from tests.http.api.serving import Served, serving


async def _build(session: AsyncSession) -> EveryState:
    return await build_every_state(session, await build_world(session))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("lists"), module_database_url, _build) as served:
        yield served


@pytest.fixture
def every(served: Served) -> EveryState:
    world: EveryState = served.world
    return world


@pytest.fixture
def sdk(served: Served, every: EveryState) -> Whop:
    return served.sdk(every.world.key)


def _ids(pager: Any) -> list[str]:
    return [one.id for one in pager]


@pytest.mark.parametrize("size", [1, 7, 26, 27, 28, 100])
def test_auto_paging_gives_everything_once(sdk: Whop, every: EveryState, size: int) -> None:
    assert _ids(sdk.memberships.list(first=size)) == [held.membership.id for held in every.held]


def test_auto_paging_ends_on_the_last_page(sdk: Whop, every: EveryState) -> None:
    """No empty page behind it: `has_next` of the SDK means what it says."""
    pages = list(sdk.memberships.list(first=8, direction="asc").iter_pages())
    sizes = [len(page.items or []) for page in pages]
    assert sizes == [8, 8, 8, 3]
    assert len(every.held) == sum(sizes)
    assert [page.has_next for page in pages] == [True] * (len(pages) - 1) + [False]


def test_backwards_by_hand(sdk: Whop, every: EveryState) -> None:
    page = sdk.memberships.list(last=10)
    walked = [page.items or []]
    while page.response.page_info.has_previous_page:  # type: ignore[union-attr]
        before = page.response.page_info.start_cursor  # type: ignore[union-attr]
        page = sdk.memberships.list(last=10, before=before)
        walked.append(page.items or [])
    ids = [one.id for items in reversed(walked) for one in items]
    assert ids == [held.membership.id for held in every.held]


@pytest.mark.parametrize("status", sorted(BUCKETS))
def test_each_status(sdk: Whop, every: EveryState, status: str) -> None:
    expected = every.ids(*(belongs_to(status, held) for held in every.held))
    assert _ids(sdk.memberships.list(status=status, first=100)) == expected
    assert _ids(sdk.memberships.list(statuses=[status], first=100)) == expected


def _filters(every: EveryState) -> list[tuple[dict[str, Any], list[bool]]]:
    """What is asked, and which of `every.held` it should find."""
    held, one, plans = every.held, every.held[8], every.plans
    products = {plan.product_id for plan in plans[:2]}
    moment = one.membership.created_at
    either = [belongs_to("active", two) or belongs_to("trialing", two) for two in held]
    return [
        ({"account_id": "biz_northwind"}, [True for _ in held]),
        ({"account_id": "biz_lumen"}, [False for _ in held]),
        ({"user_id": every.person.id}, [two.member.person_id == every.person.id for two in held]),
        ({"user_id": "me"}, [False for _ in held]),
        ({"member_id": one.member.id}, [two is one for two in held]),
        ({"statuses": ["active", "trialing"]}, either),
        (
            {"product_id": plans[0].product_id},
            [_product(two) == plans[0].product_id for two in held],
        ),
        ({"product_ids": sorted(products)}, [_product(two) in products for two in held]),
        ({"plan_id": plans[1].id}, [two.plan.id == plans[1].id for two in held]),
        (
            {"plan_ids": [plans[1].id, plans[2].id]},
            [two.plan.id in {plans[1].id, plans[2].id} for two in held],
        ),
        ({"promo_code_ids": ["promo_1"]}, [False for _ in held]),
        (
            {"created_after": moment.isoformat()},
            [two.membership.created_at > moment for two in held],
        ),
        (
            {"created_before": moment.isoformat()},
            [two.membership.created_at < moment for two in held],
        ),
        ({"order": "created_at", "direction": "desc"}, [True for _ in held]),
    ]


def _product(held: HeldMembership) -> str:
    return held.plan.product_id


def test_each_filter(sdk: Whop, every: EveryState) -> None:
    for query, wanted in _filters(every):
        assert _ids(sdk.memberships.list(**query, first=100)) == every.ids(*wanted), query


def test_every_declared_field_is_sent(sdk: Whop, every: EveryState) -> None:
    plan = every.plans[0]
    for shape, answer in (
        (Membership, sdk.memberships.list(first=1).items[0]),
        (Member, sdk.members.list(first=1).items[0]),
        (Member, sdk.members.retrieve(every.held[0].member.id)),
        (ProductListItem, sdk.products.list(first=1).items[0]),
        (Product, sdk.products.retrieve(plan.product_id)),
        (PlanListItem, sdk.plans.list(first=1).items[0]),
        (Plan, sdk.plans.retrieve(plan.id)),
        (VariantListItem, sdk.variants.list(first=1).items[0]),
        (Variant, sdk.variants.retrieve(plan.id)),
        (User, sdk.users.retrieve(every.person.id)),
    ):
        assert type(answer) is shape
        assert set(shape.model_fields) <= answer.model_fields_set, shape


def test_access(sdk: Whop, every: EveryState) -> None:
    own = sdk.users.check_access(every.person.id, every.plans[0].product_id)
    assert (own.has_access, own.access_level) == (True, "customer")
    nobody = sdk.users.check_access("user_unknown", "biz_northwind")
    assert (nobody.has_access, nobody.access_level) == (False, "no_access")


def test_the_other_lists_page_too(sdk: Whop, every: EveryState) -> None:
    for listing in (sdk.members.list, sdk.products.list, sdk.plans.list, sdk.variants.list):
        everything = _ids(listing(first=100))
        assert len(everything) > 2
        assert _ids(listing(first=2)) == everything


def test_a_refusal_is_a_typed_error(sdk: Whop) -> None:
    with pytest.raises(BadRequestError) as caught:
        sdk.memberships.list(created_after=f"not {NOW}")
    assert caught.value.body["error"]["code"] == "invalid_parameter"
