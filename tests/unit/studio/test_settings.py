"""The page of policies is read off the policy classes, and stores only what differs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.catalog.configuration import DEFAULT, Configuration
from portal_app.catalog.policies import Policies
from portal_app.kit.contacts import address_of
from portal_app.studio.portal.draft import PolicyDraft
from portal_app.studio.portal.form import Form, checked, filled_in, form_of, own_settings
from portal_app.studio.portal.settings import CONTACT, SETTINGS, settings_of
from portal_app.studio.portal.sold import Sold
from portal_app.studio.portal.views import portal_studio_view
from portal_app.studio.portal.words import heading_of, label_of
from portal_app.ui.reader import Reader
from tests.unit.studio.test_form import EVIL

FORM = form_of(DEFAULT)
LISTS = {"cancel.reasons", "cancel.offers", "cancel.discounts", "plan_change.targets"}


def typed(form: Form, **given: Any) -> Form:
    """*given* with `__` for the point in a name."""
    named = {name.replace("__", "."): value for name, value in given.items()}
    return Form(filled_in(form.fields, named), form.rows)


def test_every_switch_number_and_choice_of_every_policy_can_be_edited() -> None:
    plain = {
        f"{policy.name}.{one.name}"
        for policy in fields(DEFAULT)
        for one in fields(getattr(DEFAULT, policy.name))
        if isinstance(getattr(getattr(DEFAULT, policy.name), one.name), bool | int | str)
        or str(one.type) in {"int | None", "str | None"}
    }
    assert {one.name for one in settings_of()} == plain | LISTS


def test_every_setting_is_called_something_also_one_that_has_no_words_yet() -> None:
    named = {one.name: label_of(one.name) for one in SETTINGS.values()}
    assert [name for name, label in named.items() if not label or label == name] == []
    assert label_of("cancel.brand_new_field") == "Brand new field"
    assert heading_of("brand_new") == "Brand new"


def test_a_form_that_was_not_touched_stores_nothing() -> None:
    assert checked(FORM, {}) == ({}, [])


def test_a_product_can_leave_what_was_published_in_the_earlier_form() -> None:
    body = {"transfer": {"products": {"prod_1": "off", "prod_2": "approval"}}}
    stored, wrong = checked(FORM, body, "prod_1")
    assert (wrong, stored is None) == ([], False)
    policies = Policies.read(stored or {})
    assert policies.of("prod_1") == DEFAULT
    assert policies.of("prod_2").transfer.mode == "approval"


def test_what_is_stored_is_what_the_policies_read() -> None:
    form = typed(
        FORM,
        cancel__at_once=True,
        access__grace_days="7",
        plan_change__least="2",
        plan_change__most="5",
    )
    body, _ = checked(form, {})
    assert body == {
        "cancel": {"at_once": True},
        "access": {"grace_days": 7},
        "plan_change": {"quantity": {"least": 2, "most": 5}},
    }
    read = Configuration.read(body)
    assert (read.cancel.at_once, read.access.grace_days) == (True, 7)
    assert (read.plan_change.least, read.plan_change.most) == (2, 5)
    back, _ = checked(typed(form_of(read), cancel__at_once=False), body)
    assert back is not None
    assert "cancel" not in back


def test_what_can_not_be_edited_stays() -> None:
    body = {"plan_change": {"targets": ["plan_1"]}, "tomorrow": {"x": 1}}
    form = form_of(Configuration.read(body))
    stored, _ = checked(typed(form, plan_change__in_trial=False), body)
    assert stored == {
        "plan_change": {"targets": ["plan_1"], "in_trial": False},
        "tomorrow": {"x": 1},
    }


def test_a_product_stores_what_differs_from_the_company_and_nothing_else() -> None:
    body = {"pause": {"longest_months": 6}, "cancel": {"at_once": True}}
    form = form_of(Configuration.read(body))
    assert checked(form, body, "prod_1") == (body, [])
    # Also where it is what would be usual: the company has decided otherwise.
    own = typed(form, pause__longest_months="3", transfer__mode="off")
    stored, _ = checked(own, body, "prod_1")
    differs = {"pause": {"longest_months": 3}, "transfer": {"mode": "off"}}
    assert stored == {**body, "products": {"prod_1": differs}}
    assert own_settings(own, body, "prod_1") == {"pause.longest_months", "transfer.mode"}
    policies = Policies.read(stored)
    assert policies.of("prod_1").pause.longest_months == 3
    assert policies.of("prod_2").pause.longest_months == 6
    assert policies.of("prod_1").cancel.at_once
    # And with the company's again, nothing is left of it.
    assert checked(form, stored, "prod_1")[0] == body


def test_the_companys_can_not_break_what_a_product_has_of_its_own() -> None:
    body = {
        "plan_change": {"quantity": {"most": 9}},
        "products": {"prod_1": {"plan_change": {"quantity": {"least": 4}}}},
    }
    form = form_of(Policies.read(body).company)
    stored, wrong = checked(typed(form, plan_change__most="3"), body)
    assert stored is None
    assert [(one.at, one.product_id) for one in wrong] == [("plan_change.least", "prod_1")]
    draft = PolicyDraft(
        body, typed(form, plan_change__most="3"), products=[Sold(id="prod_1", label="Course")]
    )
    (line,) = portal_studio_view(Reader("en"), draft, versions=()).errors
    assert line.text.endswith("It doesn't go with what Course has of its own.")
    assert checked(typed(form, plan_change__most="5"), body)[0] is not None


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
    body, wrong = checked(Form(filled_in(FORM.fields, {name: text}), FORM.rows), {})
    assert body is None
    assert name in [one.at for one in wrong]


@pytest.mark.parametrize(
    "text",
    [
        *EVIL,
        *("Northwind <help@northwind.test>", "help", "mailto:a@b.test", "http://help.test"),
        *("https://help", 'https://help.test/"><script>', "a" * 65 + "@northwind.test"),
        "https://help.test/" + "a" * 300,
    ],
)
def test_what_is_no_contact_is_said_and_stays_in_its_field(text: str) -> None:
    form = Form(filled_in(FORM.fields, {CONTACT: text}), FORM.rows)
    assert form.fields[CONTACT] == text.strip()
    document, wrong = checked(form, {})
    assert (document, [one.at for one in wrong]) == (None, [CONTACT])
    assert Configuration.read({"support": {"contact": text}}) == DEFAULT


@pytest.mark.parametrize("text", ["help@northwind.test", "https://help.test/a?b=c&d#e", ""])
def test_a_contact_is_stored_as_it_was_typed_and_nothing_where_it_is_empty(text: str) -> None:
    form = Form(filled_in(FORM.fields, {CONTACT: f" {text}\n"}), FORM.rows)
    assert checked(form, {}) == ({"support": {"contact": text}} if text else {}, [])


def test_a_mail_program_is_given_no_line_break() -> None:
    assert Configuration.read({"support": {"contact": "a%0Ab@c.test\n"}}) == DEFAULT
    assert address_of("a%0ABcc+x@c.test") == "mailto:a%250ABcc+x@c.test"
    assert (address_of("https://c.test/a%20b"), address_of("")) == ("https://c.test/a%20b", "")


@settings(max_examples=60, deadline=None)
@given(
    typed=st.dictionaries(
        st.sampled_from(sorted(SETTINGS)) | st.text(max_size=5),
        st.text(max_size=6) | st.booleans() | st.none() | st.integers(),
    )
)
def test_whatever_is_sent_is_refused_or_read_back_the_same(typed: dict[str, object]) -> None:
    form = Form(filled_in(FORM.fields, typed), FORM.rows)
    assert set(form.fields) == set(FORM.fields)
    body, wrong = checked(form, {})
    assert (body is None) == bool(wrong)
    if body is not None:
        again = form_of(Configuration.read(body)).fields
        assert {name: text.lstrip("0") for name, text in again.items()} == {
            name: text.lstrip("0") for name, text in form.fields.items()
        }


def test_nothing_switches_cancelling_or_a_new_card_off() -> None:
    """No policy has such a field: there is nothing that a version could say."""
    assert not {"cancel.offered", "cancel.enabled", "payment_method.enabled"} & set(SETTINGS)
    assert "payment_method" not in {one.policy for one in SETTINGS.values()}
