"""What pages about one membership say: which one it is, what would be, and what helps first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal_app.catalog.configuration import CancelPolicy
from portal_app.memberships.exits import plan_exit
from portal_app.memberships.pauses import Obstacle, PauseKind, PausePlan
from portal_app.memberships.service import (
    ExitPage,
    HeldMembership,
    PausePage,
    PaymentPage,
    declined,
)
from portal_app.memberships.service.last_word import LastWord
from portal_app.memberships.views import cancel_view, overdue_view, pause_view, pay_view
from portal_app.ui.reader import Reader
from tests.unit.memberships.held import (
    NOW,
    PERIOD_START,
    a_card,
    a_payment,
    a_plan,
    held,
    unpaid_invoice,
)

EN = Reader("en")
PRO = a_plan(title="Pro", amount_minor=5900)


def exiting(**over: Any) -> ExitPage:
    one, policy = held(**{"plan": PRO, **over}), CancelPolicy()
    exit_ = plan_exit(one.facts, policy, NOW)
    return ExitPage(held=one, policy=policy, exit=exit_, cancellation=None, word=LastWord())


def pausing(one: HeldMembership, obstacle: Obstacle) -> PausePage:
    plan = PausePlan(kind=PauseKind.SUBSCRIPTION, obstacle=obstacle)
    return PausePage(held=one, plan=plan, asked=None, waiting=False, preview=None)


def owing(**over: Any) -> HeldMembership:
    given = {"stripe_status": "past_due", "plan": PRO, "method": a_card(last4="0341")}
    tried = a_payment(failure_code="card_declined")
    return held(**{**given, "unpaid": unpaid_invoice(), "attempt": tried, **over})


def test_what_is_cancelled_says_what_keeping_it_would_mean() -> None:
    view = cancel_view(EN, exiting(cancel_at_period_end=True))
    assert view.first == "Ends on 16 Dec 2026 — nothing more will be charged."
    assert (
        view.if_kept == "If you keep it, it renews on 16 Dec 2026 for $29.00 per month, as before."
    )
    assert (view.title, view.plan) == ("Trading Room is cancelled", "Pro · $29.00 per month")


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({}, "It was paused before the end of a period."),
        ({"current_period_end": NOW}, "It is paused, so no paid time is lost."),
        ({"trial_end_at": NOW + timedelta(days=9)}, "It is paused, so no paid time is lost."),
    ],
)
def test_cancelling_a_pause_says_what_becomes_of_its_period(
    over: dict[str, Any], said: str
) -> None:
    """What Stripe credits for the rest counts with a next invoice, and none comes."""
    view = cancel_view(EN, exiting(stripe_status="paused", paused_at=NOW, **over))
    assert view.further[0].startswith(said)


def test_an_arranged_pause_says_what_would_be_without_it() -> None:
    one = held(plan=PRO, pauses_at=NOW + timedelta(days=3))
    view = pause_view(EN, pausing(one, Obstacle.PAUSED))
    assert (view.state, view.plan) == ("planned", "Pro · $29.00 per month")
    assert view.if_not.startswith("If you don't pause, it renews on 16 Dec 2026 for")


@pytest.mark.parametrize(
    ("one", "obstacle", "page", "label"),
    [
        (owing(), Obstacle.UNPAID, "pay/", "Pay $29.00"),
        (held(cancel_at_period_end=True), Obstacle.ENDING, "undo/", "Keep my membership"),
        (held(cancel_at=NOW), Obstacle.ENDING, "", ""),
        (held(stripe_status="trialing"), Obstacle.TRIAL, "", ""),
        (held(), Obstacle.OFF, "", ""),
    ],
)
def test_what_helps_first_has_a_button(
    one: HeldMembership, obstacle: Obstacle, page: str, label: str
) -> None:
    view = pause_view(EN, pausing(one, obstacle))
    assert view.title == "Trading Room can't be paused now"
    assert view.way_out == (page and f"/billing/manage/{one.row.member.id}/{page}")
    assert view.way_out_label == label


def test_what_is_over_can_not_be_paused_later_either() -> None:
    view = pause_view(EN, pausing(held(stripe_status="canceled"), Obstacle.OVER))
    assert view.title == "Trading Room can't be paused"


def test_the_banner_says_which_of_several() -> None:
    title = overdue_view(EN, [owing()]).title
    assert title == "We couldn't charge Visa ending 0341 for Trading Room (Pro) ($29.00)"


def test_an_invoice_for_no_time_names_no_period() -> None:
    invoice = unpaid_invoice(period_start=PERIOD_START, period_end=PERIOD_START)
    page = PaymentPage(held=owing(), invoice=invoice, payment=None, methods=(), waiting=False)
    assert "Period" not in {row.label for row in pay_view(EN, page).facts}
    month = unpaid_invoice(period_start=PERIOD_START, period_end=NOW)
    shown = {row.label: row.value for row in pay_view(EN, replace(page, invoice=month)).facts}
    assert shown["Period"] == "16 Nov 2026 to 20 Nov 2026"


def test_only_a_method_that_failed_for_what_is_open_has_failed() -> None:
    bad, good = a_card(last4="0341"), a_card()
    theirs = a_card(last4="0341", customer_id="cust_2")
    assert declined([bad, good, theirs], [held(), owing()]) == {bad.id}
    assert declined([bad], [owing(attempt=a_payment())]) == frozenset()
    assert declined([bad], [held(attempt=a_payment(failure_code="card_declined"))]) == frozenset()
