"""What cancelling does, for every state of a membership and policy of a company."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal_app.catalog.configuration import CancelPolicy, Configuration
from portal_app.catalog.retention import OwnReason
from portal_app.memberships.exits import (
    FEEDBACK,
    ExitKind,
    Reason,
    can_be_undone,
    plan_exit,
    why,
)
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.rules import StripeFacts
from tests.rows import NOW, PERIOD_END, STARTED
from tests.unit.memberships.held import a_membership

DEFAULT = CancelPolicy()


def facts(**over: Any) -> StripeFacts:
    return replace(StripeFacts.of(a_membership()), **over)


TRIAL = {"stripe_status": "trialing", "trial_end_at": PERIOD_END}
ARRANGED = {"cancel_at_period_end": True, "cancel_at": PERIOD_END}
BOUGHT = {"source": MembershipSource.CHECKOUT, "stripe_status": "complete"}


@pytest.mark.parametrize(
    ("given", "kind", "at"),
    [
        ({}, ExitKind.AT_PERIOD_END, PERIOD_END),
        (TRIAL, ExitKind.AT_TRIAL_END, PERIOD_END),
        ({"stripe_status": "past_due"}, ExitKind.UNPAID, NOW),
        ({"stripe_status": "unpaid"}, ExitKind.UNPAID, NOW),
        ({"stripe_status": "incomplete"}, ExitKind.UNPAID, NOW),
        # Who arranged an end and owes now may still end it at once.
        ({"stripe_status": "past_due", **ARRANGED}, ExitKind.UNPAID, NOW),
        ({"stripe_status": "paused"}, ExitKind.NOW, NOW),
        ({"pause_behavior": "void"}, ExitKind.AT_PERIOD_END, PERIOD_END),
        (ARRANGED, ExitKind.ARRANGED, PERIOD_END),
        ({**TRIAL, **ARRANGED}, ExitKind.ARRANGED, PERIOD_END),
        ({"stripe_status": "canceled", "ended_at": STARTED}, ExitKind.OVER, STARTED),
        (BOUGHT, ExitKind.NOTHING_RENEWS, None),
    ],
)
def test_what_it_does_and_when(given: dict[str, Any], kind: ExitKind, at: object) -> None:
    found = plan_exit(facts(**given), DEFAULT, NOW)
    assert (found.kind, found.takes_effect_at) == (kind, at)


@pytest.mark.parametrize("given", [{}, TRIAL])
def test_a_company_may_end_it_at_once(given: dict[str, Any]) -> None:
    found = plan_exit(facts(**given), CancelPolicy(at_once=True), NOW)
    assert (found.kind, found.takes_effect_at) == (ExitKind.NOW, NOW)


def test_no_policy_makes_an_exit_of_none() -> None:
    for given in (ARRANGED, BOUGHT, {"stripe_status": "canceled", "ended_at": STARTED}):
        assert not plan_exit(facts(**given), CancelPolicy(at_once=True), NOW).is_possible


def test_only_what_the_customer_arranged_can_be_undone() -> None:
    assert can_be_undone(facts(**ARRANGED))
    assert not can_be_undone(facts(cancel_at=NOW + timedelta(days=3)))
    assert not can_be_undone(facts())
    assert not can_be_undone(facts(stripe_status="canceled", ended_at=STARTED, **ARRANGED))


def test_every_reason_has_a_word_of_stripes() -> None:
    assert set(FEEDBACK) == set(Reason)
    assert why(DEFAULT, "unused").category is Reason.UNUSED
    for nonsense in ("testing", "", None, 7, ["unused"]):
        assert why(DEFAULT, nonsense).category is None


def test_a_companys_own_reason_is_one_of_the_categories() -> None:
    own = OwnReason(id="fo_1", label="The calls are too late for me", category="unused")
    odd = OwnReason(id="fo_2", label="Just testing", category="testing")
    policy = CancelPolicy(reasons=(own, odd))
    given = why(policy, "fo_1")
    assert (given.category, given.option_label) == (Reason.UNUSED, own.label)
    assert given.feedback == "unused"
    assert why(policy, "fo_2").category is Reason.OTHER
    assert why(DEFAULT, "fo_1").category is None


def test_policies_are_read_from_what_is_stored() -> None:
    body = {"cancel": {"at_once": True, "void_unpaid": "no"}}
    assert Configuration.read(body).cancel == CancelPolicy(at_once=True, void_unpaid=True)
    assert Configuration.read({}).cancel == DEFAULT
