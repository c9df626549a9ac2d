"""A stored configuration overrides the defaults it names, and only with values that make sense."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.catalog.configuration import AccessPolicy, Configuration


def test_an_empty_version_is_the_defaults() -> None:
    assert Configuration.read({}) == Configuration()
    assert Configuration().access == AccessPolicy(
        while_past_due=True, grace_days=None, while_paused=True
    )


def test_a_version_changes_what_it_names_only() -> None:
    read = Configuration.read({"access": {"grace_days": 5, "while_paused": False}})
    assert read.access == AccessPolicy(while_past_due=True, grace_days=5, while_paused=False)


@pytest.mark.parametrize(
    "access",
    [
        None,
        [],
        "no",
        {"grace_days": -1},
        {"grace_days": "7"},
        {"grace_days": True},
        {"while_past_due": 0},
        {"while_paused": "false"},
    ],
)
def test_nonsense_falls_back_to_the_default(access: Any) -> None:
    assert Configuration.read({"access": access}) == Configuration()


def test_offers_and_reasons_are_read_as_far_as_they_make_sense() -> None:
    good = {"coupon": "STAY", "percent_off": 20, "months": 3}
    own = {"id": "fo_1", "label": " Too late ", "category": "unused"}
    nonsense: list[Any] = [None, "x", {"id": "fo_2"}, {**own, "label": "  "}, {**own, "id": ""}]
    bad: list[Any] = [
        None,
        {**good, "percent_off": 0},
        {**good, "percent_off": 101},
        {**good, "percent_off": True},
        {**good, "months": -1},
        {**good, "coupon": ""},
    ]
    body = {
        "reasons": [own, *nonsense, own],
        "discounts": {"plan_1": good, **{f"plan_x{at}": one for at, one in enumerate(bad)}},
        "offers": ["pause"],
    }
    read = Configuration.read({"cancel": body}).cancel
    assert [reason.label for reason in read.reasons] == ["Too late"]
    assert list(read.discounts) == ["plan_1"]
    assert read.discounts["plan_1"].terms == good
    assert read.offers == ("pause",)
    for odd in (None, "pause", [1], {}):
        assert Configuration.read({"cancel": {"offers": odd}}) == Configuration()
