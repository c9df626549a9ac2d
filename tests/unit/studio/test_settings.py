"""The page of policies is read off the policy classes, and stores only what differs."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.catalog.configuration import DEFAULT, Configuration
from portal_app.studio.portal.form import (
    SETTINGS,
    checked,
    filled_in,
    settings_of,
    values_of,
)
from portal_app.studio.portal.words import heading_of, label_of

FORM = values_of(DEFAULT)


def test_every_switch_number_and_choice_of_every_policy_can_be_edited() -> None:
    plain = {
        f"{policy.name}.{one.name}"
        for policy in fields(DEFAULT)
        for one in fields(getattr(DEFAULT, policy.name))
        if isinstance(getattr(getattr(DEFAULT, policy.name), one.name), bool | int | str)
        or str(one.type) == "int | None"
    }
    assert {one.name for one in settings_of()} == plain | {"cancel.reasons"}


def test_every_setting_is_called_something_also_one_that_has_no_words_yet() -> None:
    named = {one.name: label_of(one.name) for one in SETTINGS.values()}
    assert [name for name, label in named.items() if not label or label == name] == []
    assert label_of("cancel.brand_new_field") == "Brand new field"
    assert heading_of("brand_new") == "Brand new"


def test_a_form_that_was_not_touched_stores_nothing() -> None:
    assert checked(FORM, {}) == ({}, [])


def test_what_is_stored_is_what_the_policies_read() -> None:
    typed = {
        "cancel.at_once": True,
        "access.grace_days": "7",
        "plan_change.least": "2",
        "plan_change.most": "5",
    }
    body, _ = checked(filled_in(FORM, typed), {})
    assert body == {
        "cancel": {"at_once": True},
        "access": {"grace_days": 7},
        "plan_change": {"quantity": {"least": 2, "most": 5}},
    }
    read = Configuration.read(body)
    assert (read.cancel.at_once, read.access.grace_days) == (True, 7)
    assert (read.plan_change.least, read.plan_change.most) == (2, 5)
    back, _ = checked(filled_in(values_of(read), {"cancel.at_once": False}), body)
    assert back is not None
    assert "cancel" not in back


def test_reasons_are_lines_and_one_that_was_there_keeps_its_id() -> None:
    body = {"cancel": {"reasons": [{"id": "r1", "label": "Too loud", "category": "other"}]}}
    form = values_of(Configuration.read(body))
    assert form["cancel.reasons"] == "Too loud"
    stored, _ = checked(filled_in(form, {"cancel.reasons": "Too far away\n\n Too loud "}), body)
    assert stored is not None
    read = Configuration.read(stored).cancel.reasons
    assert [(one.label, one.id == "r1") for one in read] == [
        ("Too far away", False),
        ("Too loud", True),
    ]
    for text in ("x" * 101, "\n".join(str(number) for number in range(13))):
        assert [one.at for one in checked(filled_in(form, {"cancel.reasons": text}), {})[1]]


def test_what_can_not_be_edited_stays() -> None:
    body = {"plan_change": {"targets": ["plan_1"]}, "tomorrow": {"x": 1}}
    stored, _ = checked(filled_in(FORM, {"plan_change.in_trial": False}), body)
    assert stored == {
        "plan_change": {"targets": ["plan_1"], "in_trial": False},
        "tomorrow": {"x": 1},
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("access.grace_days", "-1"),
        ("access.grace_days", "soon"),
        ("access.grace_days", "99999"),
        ("access.grace_days", "٣"),
        ("plan_change.most", "0"),
        ("plan_change.least", ""),
        ("plan_change.least", "3"),
    ],
)
def test_what_no_policy_would_take_is_said_at_its_field(name: str, text: str) -> None:
    body, wrong = checked(filled_in(FORM, {name: text}), {})
    assert body is None
    assert name in [one.at for one in wrong]


@settings(max_examples=60, deadline=None)
@given(
    typed=st.dictionaries(
        st.sampled_from(sorted(SETTINGS)) | st.text(max_size=5),
        st.text(max_size=6) | st.booleans() | st.none() | st.integers(),
    )
)
def test_whatever_is_sent_is_refused_or_read_back_the_same(typed: dict[str, object]) -> None:
    form = filled_in(FORM, typed)
    assert set(form) == set(SETTINGS)
    body, wrong = checked(form, {})
    assert (body is None) == bool(wrong)
    if body is not None:
        again = values_of(Configuration.read(body))
        assert {name: text.lstrip("0") for name, text in again.items()} == {
            name: text.lstrip("0") for name, text in form.items()
        }


def test_nothing_switches_cancelling_or_a_new_card_off() -> None:
    """No policy has such a field: there is nothing that a version could say."""
    assert not {"cancel.offered", "cancel.enabled", "payment_method.enabled"} & set(SETTINGS)
    assert "payment_method" not in {one.policy for one in SETTINGS.values()}
