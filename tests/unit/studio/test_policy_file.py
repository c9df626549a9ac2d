"""A settings file says exactly what would hold, or is refused with the place that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal_app.catalog.company_file import FileRefused, object_of
from portal_app.catalog.configuration import DEFAULT
from portal_app.catalog.policies import Policies
from portal_app.studio.portal.form import checked, form_of
from portal_app.studio.portal.policy_file import OnSale, read, written
from portal_app.studio.portal.policy_schema import schema
from portal_app.studio.portal.settings import DISCOUNTS, SETTINGS, TARGETS, stored
from portal_app.ui.reader import Reader

DISCOUNT = {"coupon": "stay", "percent_off": 20, "months": 3}
REASON = {"id": "own_1", "label": "Too dear", "category": "too_expensive"}
SOLD = OnSale(products={"prod_a"}, plans={"plan_a"}, prices={"price_a"})
# One more than a list of ours has.
PLANS = [f"plan_{number}" for number in range(51)]
WHOLE = {
    "access": {"grace_days": None, "while_paused": False},
    "cancel": {"reasons": [REASON], "offers": [], "discounts": {"plan_a": DISCOUNT}},
    "plan_change": {"targets": ["plan_a"], "quantity": {"least": 1, "most": 9}},
    "support": {"contact": "help@northwind.test"},
    "products": {"prod_a": {"transfer": {"mode": "off"}, "support": {"contact": None}}},
}


def told(body: object) -> list[tuple[str, str]]:
    with pytest.raises(FileRefused) as refused:
        read(json.dumps(body), SOLD)
    return [(one.at, one.sentence) for one in refused.value.faults]


def test_what_was_written_is_read_as_it_stands() -> None:
    text = written(WHOLE, "https://portal.test")
    assert json.loads(text)["$schema"] == "https://portal.test/brand/portal.schema.json"
    assert read(text, SOLD) == WHOLE
    assert read("{}", OnSale()) == {}


def test_what_the_form_takes_is_read_again_from_the_file() -> None:
    for label, is_taken in (
        ("نمی\u200cخواهم", True),
        ("Too dear 👨\u200d👩\u200d👧", True),
        ("turned\u202eround", False),
    ):
        body = {"cancel": {"reasons": [{**REASON, "label": label}]}}
        document, wrong = checked(form_of(Policies.read(body).company), {})
        assert (document == body, not wrong) == (is_taken, is_taken)
        if is_taken:
            assert read(written(body), OnSale()) == body


def test_products_of_an_older_version_are_written_in_todays_form() -> None:
    old = {"transfer": {"mode": "on", "products": {"prod_a": "off"}}}
    document = read(written(old), SOLD)
    assert document["products"] == {"prod_a": {"transfer": {"mode": "off"}}}
    assert Policies.read(document) == Policies.read(old)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"colour": "red"}, "colour"),
        ({"cancel": {"hidden": True}}, "cancel.hidden"),
        ({"cancel": True}, "cancel"),
        ({"cancel": {"at_once": 1}}, "cancel.at_once"),
        ({"cancel": {"at_once": "true"}}, "cancel.at_once"),
        ({"access": {"grace_days": -1}}, "access.grace_days"),
        ({"access": {"grace_days": 10**30}}, "access.grace_days"),
        ({"pause": {"longest_months": 13}}, "pause.longest_months"),
        ({"transfer": {"mode": "maybe"}}, "transfer.mode"),
        ({"support": {"contact": "help"}}, "support.contact"),
        ({"support": {"contact": ""}}, "support.contact"),
        ({"support": {"contact": "a@b.test\n"}}, "support.contact"),
        ({"transfer": {"products": {"prod_a": "off"}}}, "transfer.products"),
        ({"transfer": {"products": {"prod_a": []}}}, "transfer.products"),
        ({"plan_change": {"quantity": {"most": 1.5}}}, "plan_change.quantity.most"),
        ({"plan_change": {"targets": []}}, "plan_change.targets"),
        ({"plan_change": {"targets": PLANS}}, "plan_change.targets"),
        ({"cancel": {"discounts": dict.fromkeys(PLANS, DISCOUNT)}}, "cancel.discounts"),
        ({"cancel": {"offers": ["pause", "pause"]}}, "cancel.offers.1.offer"),
        ({"cancel": {"offers": ["gift"]}}, "cancel.offers.0.offer"),
        ({"cancel": {"discounts": {"plan_a": {**DISCOUNT, "percent_off": 101}}}}, ""),
        ({"cancel": {"discounts": {"plan_a": {**DISCOUNT, "more": 1}}}}, ""),
        ({"cancel": {"reasons": [{**REASON, "category": "other words"}]}}, ""),
        ({"cancel": {"reasons": [{**REASON, "id": "a b"}]}}, ""),
        ({"cancel": {"reasons": [{**REASON, "label": "two\nlines"}]}}, ""),
        ({"cancel": {"reasons": [{**REASON, "label": "turned\u202eround"}]}}, ""),
        ({"plan_change": {"targets": ["plan_a", "price_a", "plan_b"]}}, TARGETS + ".plan_b"),
        ({"products": {"prod_a": {"plan_change": {"targets": ["plan"]}}}}, "products.prod_a.plan"),
        ({"cancel": {"discounts": {"price_a": DISCOUNT}}}, DISCOUNTS + ".price_a"),
        ({"products": []}, "products"),
        ({"products": {"prod_b": {}}}, "products.prod_b"),
        ({"products": {"prod_a": 1}}, "products.prod_a"),
        ({"products": {"prod_a": {"cancel": {"never": 1}}}}, "products.prod_a.cancel.never"),
    ],
)
def test_everything_else_is_refused_with_its_place(body: Any, at: str) -> None:
    (place, sentence), *_ = told(body)
    assert place.startswith(at or "cancel.")
    assert Reader("de").say(sentence) != sentence


DEEP = '{"products":{"prod_a":' + '{"a":' * 990 + "1" + "}" * 992


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "[" * 5_000, "{" * 9, '{"a": NaN', " " * 70_000),
        *('{"\\ud800": 1}', '{"cancel": {"reasons": ["\\udfff"]}}', b'{"\xed\xa0\x80": 1}', DEEP),
    ],
)
def test_what_is_no_file_is_refused(text: str | bytes) -> None:
    with pytest.raises(FileRefused):
        read(text, OnSale())
    with pytest.raises(FileRefused):
        object_of(text, most=65_536)


def test_a_name_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        read('{"cancel": {"at_once": true, "at_once": false}}', OnSale())
    ((at, sentence),) = [(one.at, one.sentence) for one in refused.value.faults]
    assert at == "at_once"
    assert Reader("de").say(sentence) != sentence


def test_the_schema_knows_every_setting_and_its_default() -> None:
    described = schema()["properties"]
    for name, setting in SETTINGS.items():
        below: Any = {"properties": described}
        for one in setting.path:
            below = below["properties"][one]
        default = stored(DEFAULT, name)
        kinds = [below, *below.get("anyOf", [])]
        assert any(_fits(kind, default) for kind in kinds), name
    assert described["products"]["additionalProperties"]["properties"].keys() == (
        described.keys() - {"$schema", "products"}
    )


def _fits(kind: dict[str, Any], value: object) -> bool:
    python = {"boolean": bool, "integer": int, "null": type(None), "array": list, "object": dict}
    if "enum" in kind:
        return value in kind["enum"]
    return type(value) is python.get(kind.get("type", ""))
