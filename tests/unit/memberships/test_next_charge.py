"""The block that says what a membership will be charged next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from portal_app.catalog.models import Interval
from portal_app.intents.models import Intent
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.memberships.service import HeldMembership, MembershipDetails
from portal_app.memberships.service.last_word import CANCELS, LastWord
from portal_app.memberships.service.pricing import basis_of
from portal_app.memberships.views import NextChargeBlock
from portal_app.memberships.views.cards import next_charge
from portal_app.memberships.views.next_charge import next_charge_block
from portal_app.ui.reader import Reader
from tests.unit.memberships.held import (
    NOW,
    PERIOD_END,
    UNPAUSABLE,
    a_card,
    a_plan,
    bought,
    held,
    unpaid_invoice,
)

EN, DE = Reader("en"), Reader("de")


def a_preview(**over: Any) -> UpcomingCharge:
    """$58.00 for two seats, $9.57 of it taken off, 19 % tax, $7.77 of credit."""
    given = {
        "stripe_subscription_id": "sub_1",
        "customer_id": "cust_1",
        "currency": "USD",
        "lines": [
            {
                "description": "2 × Room",
                "quantity": 2,
                "amount_minor": 5800,
                "proration": False,
                "period_start": PERIOD_END.isoformat(),
                "period_end": (PERIOD_END + timedelta(days=31)).isoformat(),
            }
        ],
        "subtotal_minor": 5800,
        "discount_minor": 957,
        "tax_minor": 920,
        "total_minor": 5763,
        "balance_minor": -777,
        "amount_due_minor": 4986,
        "charge_at": PERIOD_END,
        "observed_at": NOW,
    }
    return UpcomingCharge(**{**given, **over})


TOTAL = ("Total", "$49.86")


def block(
    one: HeldMembership,
    preview: UpcomingCharge | None = None,
    reader: Reader = EN,
    word: LastWord | None = None,
) -> NextChargeBlock:
    details = MembershipDetails(
        held=one,
        invoices=[],
        payments=[],
        events=[],
        attempts={},
        pause=UNPAUSABLE,
        preview=preview,
        word=word or LastWord(),
    )
    return next_charge_block(reader, details)


def amounts(shown: NextChargeBlock) -> list[tuple[str, str]]:
    return [(row.label, row.amount) for row in shown.rows]


def test_lines_and_what_comes_off_and_on_add_up() -> None:
    shown = block(held(method=a_card()), a_preview())
    assert (shown.title, shown.date, shown.day) == ("Next charge", "16 Dec 2026", "2026-12-16")
    assert amounts(shown) == [
        ("2 × Room", "$58.00"),
        ("Discount", "-$9.57"),
        ("Tax", "$9.20"),
        ("Your credit", "-$7.77"),
        ("Total", "$49.86"),
    ]
    assert shown.rows[0].note == "16 Dec 2026 to 16 Jan 2027"
    assert [row.strong for row in shown.rows] == [False] * 4 + [True]
    assert (shown.method, shown.method_warning) == ("Visa ending 4242", "")
    assert shown.note == "As of 20 Nov 2026, 09:30 UTC."


def test_tax_that_is_in_the_price_is_named_and_not_added() -> None:
    included = a_preview(discount_minor=0, total_minor=5800, balance_minor=0, amount_due_minor=5800)
    labels = [label for label, _ in amounts(block(held(), included))]
    assert labels == ["2 × Room", "Tax, included above", "Total"]


def test_what_is_owed_or_left_over_is_named() -> None:
    owed = a_preview(balance_minor=250, amount_due_minor=6013)
    assert ("Owed from before", "$2.50") in amounts(block(held(), owed))
    kept = a_preview(
        lines=[], subtotal_minor=-500, discount_minor=0, tax_minor=0, total_minor=-500,
        balance_minor=0, amount_due_minor=0,
    )  # fmt: skip
    assert amounts(block(held(), kept)) == [
        ("Credit kept for later", "$5.00"),
        ("Total", "$0.00"),
    ]


def test_without_a_preview_the_price_is_called_an_estimate() -> None:
    one = held(quantity=2, plan=a_plan(title="Monthly"))
    shown = block(one)
    assert amounts(shown) == [("Monthly", "$58.00"), ("Estimated total", "$58.00")]
    assert shown.note == "An estimate, before taxes, discounts and credit."
    passed = a_preview(charge_at=PERIOD_END - timedelta(days=30))
    assert block(one, passed) == shown  # a preview of a charge that has been says nothing


def test_a_change_that_is_arranged_for_then_is_what_will_be_charged() -> None:
    dear, cheap = (
        a_plan(title=t, amount_minor=minor) for t, minor in (("Pro", 5900), ("Basic", 900))
    )
    change = {"plan_id": "plan_basic", "takes_effect_at": PERIOD_END.isoformat(), "quantity": 2}
    before = held(plan=dear, price_minor=5900)
    arranged = held(plan=dear, price_minor=5900, scheduled_change=change, scheduled=cheap)
    estimate = [("Basic", "$18.00"), ("Estimated total", "$18.00")]
    assert amounts(block(arranged)) == estimate
    then, now = (a_preview(basis=basis_of(one.row.membership)) for one in (before, arranged))
    # What was computed before it was arranged says nothing, nor does it after it was taken back.
    assert amounts(block(arranged, then)) == estimate
    assert amounts(block(before, now))[-1] == ("Estimated total", "$59.00")
    assert amounts(block(before, then))[-1] == amounts(block(arranged, now))[-1] == TOTAL


def test_a_change_after_the_next_charge_changes_nothing_about_it() -> None:
    later = (PERIOD_END + timedelta(days=31)).isoformat()
    change = {"plan_id": "plan_basic", "takes_effect_at": later, "quantity": 2}
    waiting = held(scheduled_change=change, scheduled=a_plan(amount_minor=900))
    assert amounts(block(waiting))[-1] == ("Estimated total", "$29.00")


def test_another_rhythm_is_charged_when_it_begins() -> None:
    yearly = a_plan(title="Yearly", amount_minor=29000, interval=Interval.YEAR)
    sooner = PERIOD_END - timedelta(days=5)
    change = {"plan_id": "plan_year", "takes_effect_at": sooner.isoformat()}
    switching = held(scheduled_change=change, scheduled=yearly)
    shown = block(switching)
    assert (shown.date, amounts(shown)[-1]) == ("11 Dec 2026", ("Estimated total", "$290.00"))
    assert block(switching, a_preview()).date == "11 Dec 2026"


@pytest.mark.parametrize(
    ("over", "title", "date"),
    [
        ({}, "Next charge", "16 Dec 2026"),
        (
            {"stripe_status": "trialing", "trial_end_at": PERIOD_END},
            "First charge after trial",
            "16 Dec 2026",
        ),
        ({"cancel_at": PERIOD_END + timedelta(days=10)}, "Final charge", "16 Dec 2026"),
        ({"cancel_at": PERIOD_END + timedelta(days=40)}, "Next charge", "16 Dec 2026"),
        ({"stripe_status": "paused"}, "Charge on resume", "When it resumes"),
        (
            {"stripe_status": "paused", "resumes_at": PERIOD_END - timedelta(days=1)},
            "Charge on resume",
            "15 Dec 2026",
        ),
        ({"pause_behavior": "void", "resumes_at": NOW}, "Charge on resume", "16 Dec 2026"),
        (
            {"pauses_at": PERIOD_END, "resumes_at": PERIOD_END + timedelta(days=31)},
            "Charge on resume",
            "16 Jan 2027",
        ),
    ],
)
def test_the_title_says_what_it_is(over: dict[str, Any], title: str, date: str) -> None:
    shown = block(held(**over))
    assert (shown.title, shown.date) == (title, date)
    assert shown.rows


def test_what_was_cancelled_says_that_nothing_more_comes() -> None:
    shown = block(held(cancel_at_period_end=True), a_preview())
    assert (shown.nothing, shown.rows) == ("Nothing more will be charged.", [])
    assert block(held(cancel_at_period_end=True), reader=DE).nothing == (
        "Es wird nichts mehr abgebucht."
    )


@pytest.mark.parametrize(
    "one",
    [
        bought(),
        held(stripe_status="canceled", ended_at=NOW),
        held(stripe_status="past_due", unpaid=unpaid_invoice()),
        held(stripe_status="unpaid"),
        held(stripe_status="incomplete"),
    ],
)
def test_elsewhere_there_is_no_block(one: HeldMembership) -> None:
    assert block(one, a_preview()).title == ""


def test_nothing_more_is_charged_once_it_was_cancelled_though_stripe_has_not_heard() -> None:
    canceled = Intent(kind=CANCELS, actor_kind="person", about="mem_1", created_at=NOW)
    word = LastWord(canceled)
    shown = block(held(), a_preview(), word=word)
    assert (shown.rows, shown.nothing) == ([], "Nothing more will be charged.")
    owed = held(stripe_status="past_due", unpaid=unpaid_invoice())
    assert block(owed, a_preview(), word=word).title == ""


def test_lines_that_the_provider_left_out_are_one() -> None:
    lines = [{**line, "amount_minor": 580} for line in a_preview().lines * 10]
    many = a_preview(lines=lines, subtotal_minor=6500, discount_minor=957, total_minor=6463)
    rows = amounts(block(held(), many))
    assert rows[9:11] == [("2 × Room", "$5.80"), ("Further items", "$7.00")]


def test_what_resuming_pays_for_begins_on_the_day_and_not_when_it_was_asked() -> None:
    paused = held(stripe_status="paused", resumes_at=PERIOD_END)
    shown = block(paused, a_preview())
    assert (shown.title, shown.rows[0].note) == ("Charge on resume", "")


def test_who_pays_and_whether_the_card_will_live() -> None:
    old = block(held(method=a_card(exp_month=11, exp_year=2026)), a_preview())
    assert old.method_warning == "Visa ending 4242 expires before this"
    assert block(held(), a_preview()).method == ""
    sent = held(method=a_card(exp_year=2025), collection_method="send_invoice")
    assert (block(sent).method, block(sent).method_warning) == ("Invoice", "")


def test_the_orders_page_shows_the_same_amount() -> None:
    one = held(method=a_card())
    known = next_charge(EN, [one], {one.row.membership.id: a_preview()})
    assert (known.amount, known.note) == ("$49.86", "As of 20 Nov 2026, 09:30 UTC.")
    estimated = next_charge(EN, [one], {})
    assert (estimated.amount, estimated.note[:11]) == ("$29.00", "An estimate")


def test_the_earliest_counts_though_one_waits() -> None:
    def ends(at: datetime) -> HeldMembership:
        return held(current_period_end=at, title=f"{at:%d}")

    later, sooner = ends(PERIOD_END), ends(PERIOD_END - timedelta(days=3))
    waiting = held(stripe_status="paused", title="Paused")
    assert next_charge(EN, [waiting, later, sooner], {}).product == "13"
    assert not next_charge(EN, [waiting], {}).shown
