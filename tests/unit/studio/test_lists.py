"""Lists of the portal's settings: lines are added, moved, removed and had back, and then stored."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.catalog.configuration import Configuration
from portal_app.studio.portal.draft import PolicyDraft
from portal_app.studio.portal.sold import Sold
from portal_app.studio.portal.views import portal_studio_view
from portal_app.ui.reader import Reader

REASONS, TARGETS = "cancel.reasons", "plan_change.targets"
DISCOUNTS, OFFERS = "cancel.discounts", "cancel.offers"
PLANS = (
    Sold(id="plan_1", label="Room", product_id="prod_1"),
    Sold(id="plan_2", label="Course", product_id="prod_2"),
)
PRODUCTS = (Sold(id="prod_1", label="Room"), Sold(id="prod_2", label="Course"))
LOUD = {"id": "r1", "label": "Too loud", "category": "bad_experience"}


def draft_of(body: dict[str, Any]) -> PolicyDraft:
    return PolicyDraft(body=body, products=PRODUCTS, plans=PLANS).drawn()


def read(draft: PolicyDraft) -> Configuration:
    document = draft.document
    assert document is not None, draft.wrong
    return Configuration.read(document)


def test_a_reason_keeps_its_id_when_it_is_renamed_and_moved() -> None:
    draft = draft_of({"cancel": {"reasons": [LOUD]}})
    draft = draft.with_row(REASONS).cell(REASONS, "1", "label", " Too  far away ")
    draft = draft.cell(REASONS, "0", "label", "Much too loud").moved(REASONS, "1", up=True)
    far, loud = read(draft).cancel.reasons
    assert (far.label, far.category) == ("Too far away", "too_expensive")
    assert (loud.id, loud.label, loud.category) == ("r1", "Much too loud", "bad_experience")
    assert far.id not in {"", "r1"}


def test_what_is_removed_can_be_had_back_until_it_is_saved() -> None:
    draft = draft_of({"cancel": {"reasons": [LOUD]}})
    gone = draft.removed(REASONS, "0", removed=True)
    assert read(gone).cancel.reasons == ()
    assert read(gone.removed(REASONS, "0", removed=False)) == read(draft)
    shown = portal_studio_view(Reader("en"), gone, versions=[])
    rows = [row for one in shown.sections[0].settings for row in one.rows if row.removed]
    assert [row.title for row in rows] == ["Too loud"]


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("coupon", "", "Fill this in, or remove the line."),
        ("percent_off", "0", "Write a whole number from 1 to 100."),
        ("percent_off", "101", "Write a whole number from 1 to 100."),
        ("months", "soon", "Write a whole number."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    column: str, text: str, said: str
) -> None:
    terms = {"coupon": "c_1", "percent_off": 20, "months": 3}
    draft = draft_of({"cancel": {"discounts": {"plan_1": terms}}})
    draft = draft.cell(DISCOUNTS, "0", column, text)
    assert draft.document is None
    assert [(one.at, one.sentence) for one in draft.wrong] == [(f"{DISCOUNTS}.0.{column}", said)]
    view = portal_studio_view(Reader("en"), draft, versions=[])
    cells = [
        cell
        for section in view.sections
        for one in section.settings
        for row in one.rows
        for cell in row.cells
        if cell.error
    ]
    assert [(cell.id, cell.value, cell.error) for cell in cells] == [
        (f"{DISCOUNTS}.0.{column}", text, said)
    ]
    assert view.errors[0].href == f"#field-{DISCOUNTS}.0.{column}"
    # A line that is removed is not in the way.
    assert draft.removed(DISCOUNTS, "0", removed=True).document == {}


def test_a_discount_is_stored_as_the_policy_reads_it() -> None:
    draft = draft_of({}).with_row(DISCOUNTS)
    for column, text in (("coupon", "c_1"), ("percent_off", "20"), ("months", "")):
        draft = draft.cell(DISCOUNTS, "0", column, text)
    offer = read(draft).cancel.discounts["plan_1"]
    assert (offer.coupon, offer.percent_off, offer.months) == ("c_1", 20, None)
    # The next line begins with the plan that is left; a third finds none.
    second = draft.with_row(DISCOUNTS)
    assert [row["plan"] for row in second.form.rows[DISCOUNTS]] == ["plan_1", "plan_2"]
    twice = second.cell(DISCOUNTS, "1", "plan", "plan_1")
    assert f"{DISCOUNTS}.1.plan" in [one.at for one in twice.wrong]


def test_plans_to_change_to_are_all_none_or_some() -> None:
    draft = draft_of({})
    assert read(draft).plan_change.targets is None
    none = draft.noted({TARGETS: "none"})
    assert read(none).plan_change.targets == ()
    some = draft.noted({TARGETS: "these"})
    assert [one.at for one in some.wrong] == [TARGETS]
    assert read(some.with_row(TARGETS)).plan_change.targets == ("plan_1",)
    # Back at all of them, the list is kept for a change of mind, and not stored.
    assert some.with_row(TARGETS).noted({TARGETS: "all"}).document == {}


def test_offers_are_in_the_order_of_the_list_and_may_be_none() -> None:
    draft = draft_of({}).moved(OFFERS, "2", up=True)
    assert read(draft).cancel.offers == ("discount", "pause", "plan")
    for key in ("0", "1", "2"):
        draft = draft.removed(OFFERS, key, removed=True)
    assert read(draft).cancel.offers == ()


def test_another_companys_plan_is_taken_no_more_than_an_unknown_one() -> None:
    draft = draft_of({}).noted({TARGETS: "these"}).with_row(TARGETS)
    for plan_id in ("plan_foreign", "plan_unknown"):
        assert draft.cell(TARGETS, "0", "plan", plan_id) == draft
    for name, key in (("cancel.nothing", "0"), (REASONS, "9"), ("", "")):
        assert draft.cell(name, key, "label", "x").document == draft.document
        assert draft.moved(name, key, up=True).document == draft.document
    assert draft.of("prod_foreign") is draft.of("prod_unknown") is None


def test_one_product_has_another_list_and_the_companys_can_be_had_back() -> None:
    draft = draft_of({"cancel": {"reasons": [LOUD]}})
    room = draft.of("prod_1")
    assert room is not None
    assert room.own == frozenset()
    own = room.with_row(REASONS).cell(REASONS, "1", "label", "Too far away")
    assert own.own == {REASONS}
    # Another product, and all of them, don't know of it.
    other = own.of("prod_2")
    assert other is not None
    assert [one["label"] for one in other.form.rows[REASONS]] == ["Too loud"]
    back = other.of("prod_1")
    assert back is not None
    assert back.own == {REASONS}
    usual = back.as_the_company(REASONS)
    assert usual.own == frozenset()
    assert usual.document == {"cancel": {"reasons": [LOUD]}}


def test_a_product_with_something_wrong_is_not_left_before_it_is_mended() -> None:
    room = draft_of({}).of("prod_1")
    assert room is not None
    wrong = room.noted({"pause.longest_months": "soon"})
    assert wrong.of("") is None
    assert wrong.form.fields["pause.longest_months"] == "soon"
