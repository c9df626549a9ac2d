"""What holds for a product: the company's policies with what differs for it."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.catalog.configuration import DEFAULT, TransferMode
from portal_app.catalog.policies import Policies

COMPANY: dict[str, Any] = {
    "cancel": {"at_once": True, "reasons": [{"id": "r", "label": "Loud", "category": "other"}]},
    "pause": {"longest_months": 6, "offered": False},
    "plan_change": {"quantity": {"least": 2, "most": 9}, "targets": ["plan_1"]},
    "access": {"grace_days": 5},
}


def test_a_field_that_differs_holds_for_its_product_and_no_other() -> None:
    own = {"pause": {"offered": True}, "plan_change": {"quantity": {"most": 4}}}
    policies = Policies.read({**COMPANY, "products": {"prod_1": own}})
    mine, other = policies.of("prod_1"), policies.of("prod_2")
    assert other == policies.company == Policies.read(COMPANY).company
    assert (mine.pause.offered, other.pause.offered) == (True, False)
    assert (mine.plan_change.least, mine.plan_change.most) == (2, 4)
    # What it doesn't say follows the company's.
    assert mine.pause.longest_months == other.pause.longest_months == 6
    assert mine.cancel == other.cancel
    assert mine.plan_change.targets == ("plan_1",)


def test_a_product_may_go_back_to_what_is_usual_where_the_company_does_not() -> None:
    own = {
        "access": {"grace_days": None},
        "cancel": {"reasons": []},
        "plan_change": {"targets": "all"},
    }
    mine = Policies.read({**COMPANY, "products": {"prod_1": own}}).of("prod_1")
    assert (mine.access.grace_days, mine.cancel.reasons) == (None, ())
    assert mine.plan_change.targets is None
    assert mine.cancel.at_once


def test_a_table_of_a_product_takes_the_place_of_the_companys() -> None:
    def offer(coupon: str) -> dict[str, object]:
        return {"coupon": coupon, "percent_off": 20, "months": 3}

    body = {
        "cancel": {"discounts": {"plan_1": offer("a"), "plan_2": offer("b")}},
        "products": {"prod_1": {"cancel": {"discounts": {"plan_1": offer("c")}}}},
    }
    policies = Policies.read(body)
    assert [one.coupon for one in policies.of("prod_1").cancel.discounts.values()] == ["c"]
    assert set(policies.company.cancel.discounts) == {"plan_1", "plan_2"}


@pytest.mark.parametrize(
    "products", [None, "none", [], {"prod_1": "off"}, {"prod_1": {"transfer": "off"}}]
)
def test_what_is_no_exception_changes_nothing(products: object) -> None:
    assert Policies.read({"products": products}).of("prod_1") == DEFAULT


def test_each_policy_can_differ() -> None:
    own = {
        "access": {"while_past_due": False},
        "cancel": {"at_once": True},
        "pause": {"offered": False},
        "transfer": {"mode": "off"},
        "withdraw": {"pro_rata": True},
        "plan_change": {"in_trial": False},
    }
    mine = Policies.read({"products": {"prod_1": own}}).of("prod_1")
    assert mine.transfer.mode is TransferMode.OFF
    assert mine.withdraw.pro_rata
    assert (mine.access.while_past_due, mine.plan_change.in_trial) == (False, False)
    assert (mine.cancel.at_once, mine.pause.offered) == (True, False)


def test_what_was_published_in_the_earlier_form_holds_until_a_product_says_otherwise() -> None:
    body = {
        "transfer": {
            "mode": "on",
            "products": {"prod_1": "off", "prod_2": "approval", "prod_3": "x"},
        },
        "products": {
            "prod_1": {"pause": {"offered": False}},
            "prod_2": {"transfer": {"mode": "on"}},
        },
    }
    policies = Policies.read(body)
    assert policies.of("prod_3") == policies.company
    assert policies.company.transfer.mode is TransferMode.ON
    assert policies.of("prod_1").transfer.mode is TransferMode.OFF
    assert not policies.of("prod_1").pause.offered
    assert policies.of("prod_2").transfer.mode is TransferMode.ON
