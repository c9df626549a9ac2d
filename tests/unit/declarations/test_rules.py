"""What was typed, which membership it means, when it ends, and what comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal_app.declarations.errors import IncompleteForm
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.form import read_form, unlinked
from portal_app.declarations.rules.links import can_be_undone
from portal_app.declarations.rules.matching import Candidate, meant, scheduled_exit
from portal_app.declarations.rules.statutes import STATUTES, withdrawal_days
from portal_app.declarations.rules.withdrawal import refund_of, right_of
from portal_app.kit.money import Money
from portal_app.memberships.exits import Exit, ExitKind
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.rules import StripeFacts

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
END = NOW + timedelta(days=20)
CANCELS, WITHDRAWS = DeclarationKind.CANCELLATION, DeclarationKind.WITHDRAWAL
TYPED = {"name": "Ada", "contract": "Trading Room", "how": "ordinary"}


def facts(**over: Any) -> StripeFacts:
    given: dict[str, Any] = {
        "source": MembershipSource.SUBSCRIPTION,
        "stripe_status": "active",
        "cancel_at_period_end": False,
        "current_period_start": NOW - timedelta(days=10),
        "current_period_end": END,
        "billing_anchor_at": NOW - timedelta(days=10),
        "started_at": NOW - timedelta(days=10),
        "pause_behavior": "",
        **dict.fromkeys(
            ("cancel_at", "canceled_at", "ended_at", "trial_end_at", "paused_at", "resumes_at")
        ),
    }
    return StripeFacts(**{**given, **over})


def candidate(number: int, *names: str) -> Candidate:
    return Candidate(membership_id=f"mem_{number}", facts=facts(), names=(*names, f"mem_{number}"))


def test_one_membership_is_meant_whatever_it_is_called() -> None:
    one = candidate(1, "Trading Room", "Monthly")
    assert meant([one], "that thing of yours") is one
    assert meant([], "Trading Room") is Finding.NONE


def test_of_several_only_one_that_is_named_is_meant() -> None:
    room, library = candidate(1, "Trading Room", ""), candidate(2, "Course Library", "")
    assert meant([room, library], "my  TRADING room please") is room
    assert meant([room, library], f"no. {library.membership_id}") is library
    for words in ("everything", "", "Trading Room and Course Library"):
        assert meant([room, library], words) is Finding.SEVERAL


@pytest.mark.parametrize("over", [{}, {"stripe_status": "past_due"}, {"stripe_status": "unpaid"}])
def test_it_ends_with_its_period_and_never_at_once(over: dict[str, Any]) -> None:
    found = scheduled_exit(facts(**over), wished_on=None, now=NOW)
    assert found == Exit(kind=ExitKind.AT_PERIOD_END, takes_effect_at=END)


def test_a_trial_ends_with_the_trial() -> None:
    trial = facts(stripe_status="trialing", trial_end_at=END)
    found = scheduled_exit(trial, wished_on=END.date(), now=NOW)
    assert found == Exit(kind=ExitKind.AT_TRIAL_END, takes_effect_at=END)


@pytest.mark.parametrize(
    ("over", "finding"),
    [
        ({"source": MembershipSource.CHECKOUT}, Finding.NOTHING_RENEWS),
        ({"cancel_at_period_end": True}, Finding.ENDS_ALREADY),
        ({"cancel_at_period_end": True, "stripe_status": "past_due"}, Finding.ENDS_ALREADY),
        ({"stripe_status": "canceled", "ended_at": NOW}, Finding.ENDS_ALREADY),
        ({"stripe_status": "paused"}, Finding.NO_PERIOD),
        ({"stripe_status": "incomplete"}, Finding.NO_PERIOD),
        ({"stripe_status": "past_due", "current_period_end": NOW}, Finding.NO_PERIOD),
    ],
)
def test_what_has_no_end_to_schedule_waits_for_the_seller(
    over: dict[str, Any], finding: Finding
) -> None:
    assert scheduled_exit(facts(**over), wished_on=None, now=NOW) is finding


def test_a_later_day_than_the_periods_end_is_for_the_seller() -> None:
    day = END.date()
    assert isinstance(scheduled_exit(facts(), wished_on=day, now=NOW), Exit)
    later = scheduled_exit(facts(), wished_on=day + timedelta(days=1), now=NOW)
    assert later is Finding.LATER_DATE


@pytest.mark.parametrize(
    ("bought", "until"),
    [
        # The day itself is not counted; 8 December 2026 is a Tuesday.
        (datetime(2026, 11, 24, 0, 0, tzinfo=UTC), datetime(2026, 12, 9, 1, tzinfo=UTC)),
        (datetime(2026, 11, 24, 20, 59, tzinfo=UTC), datetime(2026, 12, 9, 1, tzinfo=UTC)),
        # In the east of the EEA that is the next day already.
        (datetime(2026, 11, 24, 21, 0, tzinfo=UTC), datetime(2026, 12, 10, 1, tzinfo=UTC)),
        # A last day on Saturday or Sunday moves on to Monday.
        (datetime(2026, 11, 28, 12, tzinfo=UTC), datetime(2026, 12, 15, 1, tzinfo=UTC)),
        (datetime(2026, 11, 29, 12, tzinfo=UTC), datetime(2026, 12, 15, 1, tzinfo=UTC)),
    ],
)
def test_the_right_ends_with_its_last_day(bought: datetime, until: datetime) -> None:
    right = right_of("DE", bought)
    assert right.until == until
    assert right.covers(until - timedelta(microseconds=1))
    assert not right.covers(until)


@pytest.mark.parametrize(
    ("over", "can"),
    [
        ({"finding": Finding.IN_TIME}, True),
        ({"finding": Finding.IN_TIME, "resolved_at": NOW}, False),
        ({"finding": Finding.REFUSED}, False),
        ({"kind": CANCELS, "finding": Finding.SCHEDULED, "resolved_at": NOW}, True),
    ],
)
def test_a_withdrawal_that_was_carried_out_is_not_taken_back(
    over: dict[str, Any], can: bool
) -> None:
    given = {"kind": WITHDRAWS, "told_address": "ada@example.com", "due_at": NOW, **over}
    assert can_be_undone(Declaration(**given), NOW) is can


def test_who_lives_where_no_law_gives_it_has_no_right() -> None:
    assert [withdrawal_days(one) for one in ("DE", "NO", "GB", "US", "CH", "")] == [
        *(14, 14, 14, None, None, 14),
    ]
    assert not right_of("US", NOW).covers(NOW)


def test_every_rule_has_a_source_and_a_date() -> None:
    for one in STATUTES:
        assert one.source
        assert one.since < one.as_of <= date(2026, 11, 27)


@pytest.mark.parametrize(
    ("pro_rata", "ends", "kept"),
    [
        (False, END, 0),
        (True, None, 0),
        (True, END, 966),  # a third of 2900, rounded in the customer's favour
        (True, NOW - timedelta(days=1), 2900),
    ],
)
def test_all_of_it_comes_back_but_what_was_used_by_agreement(
    pro_rata: bool, ends: datetime | None, kept: int
) -> None:
    began = NOW - timedelta(days=10)
    sums = refund_of(Money(2900, "USD"), began=began, ends=ends, asked=NOW, pro_rata=pro_rata)
    assert (sums.kept.minor, sums.back.minor) == (kept, 2900 - kept)


def test_everything_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(IncompleteForm) as refused:
        read_form(
            CANCELS,
            {"how": "extraordinary", "wished_on": "31.1.2027"},
            faults={"email": "Enter an address."},
        )
    assert set(refused.value.faults) == {"email", "name", "contract", "grounds", "wished_on"}
    with pytest.raises(IncompleteForm):
        read_form(CANCELS, {**TYPED, "name": " \u200b\n "}, faults={})


def test_a_withdrawal_needs_no_reason_and_keeps_none() -> None:
    found = read_form(WITHDRAWS, {**TYPED, "how": "extraordinary", "grounds": "x"}, faults={})
    assert (found.extraordinary, found.grounds, found.wished_on) == (False, "", None)


def test_what_steers_is_taken_out_and_all_is_cut() -> None:
    found = read_form(
        CANCELS,
        {**TYPED, "name": "Ada\r\nBcc: x@y.example\u202e", "contract": "a\x00\n\nb" + "c" * 999},
        faults={},
    )
    assert found.name == "Ada Bcc: x@y.example"
    assert found.contract.startswith("a\nbccc")
    assert len(found.contract) == 300


def test_nothing_typed_can_be_pressed_in_a_mail() -> None:
    assert unlinked("see https://evil.example/x or a@b.example") == (
        "see https: //evil. example/x or a@b. example"
    )
    assert unlinked("Trading Room 2.0, $29.00.") == "Trading Room 2.0, $29.00."
