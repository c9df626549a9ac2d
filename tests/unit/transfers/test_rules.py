"""Who may hand a membership on, what a recipient takes on, and on which days they are charged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal_app.catalog.configuration import TransferMode, TransferPolicy
from portal_app.kit.money import Money
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.rules import StripeFacts
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import (
    ACCEPTABLE,
    COOLING_OFF,
    LIFETIME,
    OPEN,
    RENEWAL_GUARD,
    STOPPABLE,
    Blocked,
    Circumstances,
    Terms,
    blocked,
    changed_lately,
    digest_of,
    is_recipient,
    masked,
    next_charge,
    one_paragraph,
)
from tests.unit.transfers.provided import DUE, NOW

FACTS = StripeFacts(
    source=MembershipSource.SUBSCRIPTION,
    stripe_status="active",
    cancel_at_period_end=False,
    cancel_at=None,
    canceled_at=None,
    ended_at=None,
    trial_end_at=None,
    current_period_start=NOW - timedelta(days=20),
    current_period_end=DUE,
    billing_anchor_at=NOW - timedelta(days=20),
    paused_at=None,
    pause_behavior="",
    resumes_at=None,
    started_at=NOW - timedelta(days=20),
    next_payment_attempt_at=None,
)
BOUGHT = replace(FACTS, source=MembershipSource.CHECKOUT, stripe_status="complete")
FINE = Circumstances(mode=TransferMode.ON, automatic=True)


@pytest.mark.parametrize(
    ("facts", "given", "expected"),
    [
        ({}, {}, None),
        ({}, {"mode": TransferMode.APPROVAL}, None),
        ({}, {"mode": TransferMode.OFF}, Blocked.OFF),
        ({"stripe_status": "canceled", "ended_at": NOW}, {}, Blocked.OVER),
        ({"stripe_status": "past_due"}, {}, Blocked.UNPAID),
        ({"stripe_status": "unpaid"}, {}, Blocked.UNPAID),
        ({"stripe_status": "incomplete"}, {}, Blocked.UNPAID),
        ({}, {"disputed": True}, Blocked.DISPUTED),
        ({}, {"invoice_open": True}, Blocked.INVOICE_OPEN),
        ({"cancel_at_period_end": True}, {}, Blocked.CANCELING),
        ({"cancel_at": DUE + timedelta(days=99)}, {}, Blocked.CANCELING),
        ({"pause_behavior": "void"}, {}, Blocked.PAUSED),
        ({"stripe_status": "paused"}, {}, Blocked.PAUSED),
        ({}, {"change_pending": True}, Blocked.CHANGE_PENDING),
        ({}, {"busy": True}, Blocked.BUSY),
        ({}, {"automatic": False}, Blocked.INVOICED),
        ({}, {"priced": False}, Blocked.UNPRICED),
        ({"current_period_end": NOW + timedelta(hours=2)}, {}, None),
        (
            {"current_period_end": NOW + timedelta(hours=2, microseconds=-1)},
            {},
            Blocked.RENEWS_SOON,
        ),
        ({"current_period_end": NOW - timedelta(days=1)}, {}, Blocked.RENEWS_SOON),
        (
            {"stripe_status": "trialing", "trial_end_at": NOW + timedelta(hours=1)},
            {},
            Blocked.RENEWS_SOON,
        ),
    ],
)
def test_what_stands_in_the_way(
    facts: dict[str, Any], given: dict[str, Any], expected: Blocked | None
) -> None:
    assert blocked(replace(FACTS, **facts), replace(FINE, **given), NOW) is expected


def test_what_was_paid_once_has_no_renewal_to_wait_for() -> None:
    soon = replace(BOUGHT, current_period_end=NOW)
    assert blocked(soon, replace(FINE, automatic=False, priced=False), NOW) is None
    assert next_charge(soon) is None
    assert next_charge(FACTS) == DUE
    trial = replace(FACTS, stripe_status="trialing", trial_end_at=NOW)
    assert next_charge(trial) == NOW
    assert next_charge(replace(trial, trial_end_at=None)) == DUE


def test_an_account_that_was_changed_lately_has_to_wait() -> None:
    first, hour = NOW - timedelta(days=400), timedelta(hours=1)
    assert not changed_lately([first], NOW)
    assert not changed_lately([NOW - hour], NOW)  # a new account's only address made it
    assert changed_lately([NOW - 71 * hour, first], NOW)
    assert not changed_lately([first, NOW - 72 * hour], NOW)
    assert not changed_lately([], NOW)
    # What another service brought together with the account is no change of it.
    made = NOW - 5 * hour
    assert not changed_lately([made, made + timedelta(minutes=1)], NOW)
    assert changed_lately([made, made + timedelta(minutes=1, seconds=1)], NOW)


def test_what_is_promised_in_words_is_so() -> None:
    """“7 days”, “a day later”, “two hours before”: pages and mails say these."""
    hours = [limit / timedelta(hours=1) for limit in (LIFETIME, COOLING_OFF, RENEWAL_GUARD)]
    assert hours == [168, 24, 2]
    assert TransferState.ACCEPTED in OPEN - STOPPABLE
    assert ACCEPTABLE < STOPPABLE < OPEN


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("  a\n\tb ", "a b"), ("x" * 301, "x" * 300), ("", ""), (None, ""), (["a"], "")],
)
def test_a_note_is_one_short_paragraph(typed: object, expected: str) -> None:
    assert one_paragraph(typed) == expected


def test_who_is_meant() -> None:
    bound = Transfer(
        membership_id="mem_1",
        member_id="mber_1",
        company_id="biz_1",
        source="page",
        state=TransferState.OFFERED,
        recipient_key="ben@example.com",
        token_digest="",
        stop_digest="",
        asked_at=NOW,
        expires_at=NOW,
    )
    assert is_recipient(bound, {"ben@example.com", "b@example.com"})
    assert not is_recipient(bound, {"ada@example.com"})
    assert not is_recipient(bound, set())
    bound.recipient_key = ""
    assert is_recipient(bound, {"ada@example.com"})


def test_nobody_learns_a_senders_address() -> None:
    assert masked("ada.lovelace@example.com") == "a•••@example.com"
    assert masked("") == ""


def test_terms_are_kept_and_read_back() -> None:
    terms = Terms(
        product_id="prod_1",
        plan_id="plan_1",
        amount_minor=2900,
        currency="USD",
        interval="month",
        interval_count=1,
        kept=("Friends",),
        ended=("Spring",),
    )
    assert not terms.plus_tax
    terms = replace(terms, plus_tax=True)
    assert Terms.read(terms.stored()) == terms
    assert terms.amount == Money(2900, "USD")
    assert digest_of(terms=terms.stored(), at=NOW) == digest_of(at=NOW, terms=terms.stored())
    assert digest_of(terms=terms.stored()) != digest_of(terms=replace(terms, ended=()).stored())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, TransferMode.ON),
        ({"mode": "approval"}, TransferMode.APPROVAL),
        ({"mode": "no"}, TransferMode.ON),
        ({"mode": "off"}, TransferMode.OFF),
        ("off", TransferMode.ON),
    ],
)
def test_a_sellers_policy(body: object, expected: TransferMode) -> None:
    assert TransferPolicy.read(body).mode is expected


def test_reasons_go_by_these_names() -> None:
    """With a transfer that failed they are kept, and programs read them in logs."""
    named = "off over unpaid disputed invoice_open canceling paused change_pending busy invoiced"
    assert {one.value for one in Blocked} == {*named.split(), "unpriced", "renews_soon"}
