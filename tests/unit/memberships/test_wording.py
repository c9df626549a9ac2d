"""What each state of a membership says, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.memberships.service import HeldMembership, MethodChoices
from portal_app.memberships.views import charged_to_view
from portal_app.memberships.views.wording import badge, price_text, sentence
from portal_app.ui.reader import Reader
from tests.unit.memberships.held import (
    NOW,
    PERIOD_END,
    STARTED,
    a_card,
    a_payment,
    a_plan,
    bought,
    held,
)
from tests.unit.memberships.held import unpaid_invoice as unpaid

EN, DE = Reader("en"), Reader("de")
RETRY = datetime(2026, 11, 21, tzinfo=UTC)
RESUMES = datetime(2027, 2, 16, 9, 30, tzinfo=UTC)
ENDED = datetime(2026, 3, 1, tzinfo=UTC)
QUARTER = a_plan(amount_minor=12000, currency="EUR", interval_count=3)
TRIAL = {
    "stripe_status": "trialing",
    "trial_end_at": PERIOD_END,
    "plan": QUARTER,
    "price_minor": 12000,
    "currency": "EUR",
}
FAILED = a_payment(failure_code="card_declined")

STATES = {
    "active": (held(), "Active", "Renews on 16 Dec 2026 for $29.00."),
    "trialing, then another": (
        held(**TRIAL, scheduled_change={"takes_effect_at": PERIOD_END.isoformat()}),
        "Trial",
        "Trial until 16 Dec 2026.",
    ),
    "trialing": (held(**TRIAL), "Trial", "Trial until 16 Dec 2026, then €120.00 every 3 months."),
    "trial canceling": (
        held(**TRIAL, cancel_at_period_end=True),
        "Ends 16 Dec 2026",
        "Trial ends on 16 Dec 2026 — you will not be charged.",
    ),
    "past due": (
        held(
            stripe_status="past_due",
            unpaid=unpaid(next_attempt_at=RETRY),
            attempt=FAILED,
            method=a_card(),
        ),
        "Past due",
        "We couldn't charge Visa ending 0341. Next try on 21 Nov 2026.",
    ),
    "past due, last try": (
        held(stripe_status="past_due", unpaid=unpaid(), method=a_card()),
        "Past due",
        "We couldn't charge Visa ending 4242. No further try is planned.",
    ),
    "past due, no method": (
        held(stripe_status="past_due"),
        "Past due",
        "There is no payment method to charge. No further try is planned.",
    ),
    "canceling": (
        held(cancel_at_period_end=True),
        "Ends 16 Dec 2026",
        "Ends on 16 Dec 2026 — nothing more will be charged.",
    ),
    "ending after some more renewals": (
        held(cancel_at=PERIOD_END + timedelta(days=60)),
        "Ends 14 Feb 2027",
        "Ends on 14 Feb 2027. Until then it is charged as before, next on 16 Dec 2026.",
    ),
    "paused": (
        held(pause_behavior="void", paused_at=STARTED),
        "Paused",
        "Paused since 16 May 2026. Nothing is charged until it resumes.",
    ),
    "about to pause": (
        held(pauses_at=PERIOD_END, resumes_at=RESUMES),
        "Pauses 16 Dec 2026",
        "Pauses on 16 Dec 2026. Nothing is charged until 16 Feb 2027.",
    ),
    # The period that is paid runs out first, and the first renewal after the end is charged.
    "collection about to pause": (
        held(pause_behavior="void", paused_at=NOW, resumes_at=RESUMES - timedelta(hours=1)),
        "Pauses 16 Dec 2026",
        "Pauses on 16 Dec 2026. Nothing is charged until 16 Feb 2027.",
    ),
    "paused with an end": (
        held(stripe_status="paused", paused_at=RETRY, resumes_at=PERIOD_END),
        "Paused",
        "Paused until 16 Dec 2026. Nothing is charged until then.",
    ),
    "paused, undated": (
        held(stripe_status="paused"),
        "Paused",
        "Paused. Nothing is charged until it resumes.",
    ),
    "completed": (bought(), "Completed", "Bought on 16 May 2026. Yours to keep."),
    "completed with an end": (
        bought(cancel_at=PERIOD_END),
        "Ends 16 Dec 2026",
        "Bought on 16 May 2026. Yours until 16 Dec 2026.",
    ),
    "canceled": (
        held(stripe_status="canceled", ended_at=ENDED),
        "Ended",
        "Ended on 1 Mar 2026.",
    ),
    "never paid": (
        held(stripe_status="incomplete_expired"),
        "Ended",
        "It never started: the first payment was not finished.",
    ),
    "unfinished": (
        held(stripe_status="incomplete"),
        "Payment unfinished",
        "The first payment was started and not finished.",
    ),
    "unpaid": (
        held(stripe_status="unpaid"),
        "Unpaid",
        "It was not paid, and no more charges will be tried.",
    ),
    "another plan then": (
        held(scheduled_change={"takes_effect_at": PERIOD_END.isoformat(), "quantity": 1}),
        "Active",
        "Renews on 16 Dec 2026.",
    ),
    "invoiced": (
        held(collection_method="send_invoice"),
        "Active",
        "Renews on 16 Dec 2026 with an invoice for $29.00.",
    ),
}
GERMAN_FAILURE = "Die Abbuchung von Visa mit den Endziffern 0341 ist fehlgeschlagen."
GERMAN = {
    "active": ("Aktiv", "Verlängert sich am 16. Dezember 2026 für 29,00\xa0$."),
    "trialing": (
        "Probezeit",
        "Probezeit bis zum 16. Dezember 2026, danach 120,00\xa0€ alle 3 Monate.",
    ),
    "past due": (
        "Überfällig",
        f"{GERMAN_FAILURE} Nächster Versuch am 21. November 2026.",
    ),
    "canceling": (
        "Endet am 16. Dezember 2026",
        "Endet am 16. Dezember 2026 – es wird nichts mehr abgebucht.",
    ),
    "paused": (
        "Pausiert",
        "Pausiert seit dem 16. Mai 2026. Bis zur Fortsetzung wird nichts abgebucht.",
    ),
    "completed": ("Abgeschlossen", "Gekauft am 16. Mai 2026. Sie behalten den Zugang dauerhaft."),
    "canceled": ("Beendet", "Beendet am 1. März 2026."),
}


@pytest.mark.parametrize(("one", "label", "said"), STATES.values(), ids=STATES)
def test_each_state_says_what_happens_and_when(one: HeldMembership, label: str, said: str) -> None:
    assert badge(EN, one)[0] == label
    assert sentence(EN, one) == said


@pytest.mark.parametrize("state", GERMAN)
def test_german_says_the_same(state: str) -> None:
    one = STATES[state][0]
    assert (badge(DE, one)[0], sentence(DE, one)) == GERMAN[state]


@pytest.mark.parametrize("state", STATES)
def test_no_state_is_left_in_english(state: str) -> None:
    one = STATES[state][0]
    assert badge(DE, one)[0] != badge(EN, one)[0]
    assert sentence(DE, one) != sentence(EN, one)


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        ("active", "ok"),
        ("trialing", "info"),
        ("past due", "danger"),
        ("canceling", "warn"),
        ("completed", "ok"),
        ("canceled", "muted"),
        ("unpaid", "danger"),
    ],
)
def test_the_tone_fits_the_state(state: str, tone: str) -> None:
    assert badge(EN, STATES[state][0])[1] == tone


@pytest.mark.parametrize(
    ("interval", "count", "english", "german"),
    [
        (Interval.DAY, 1, "$29.00 per day", "29,00\xa0$ pro Tag"),
        (Interval.WEEK, 2, "$29.00 every 2 weeks", "29,00\xa0$ alle 2 Wochen"),
        (Interval.MONTH, 1, "$29.00 per month", "29,00\xa0$ pro Monat"),
        (Interval.MONTH, 6, "$29.00 every 6 months", "29,00\xa0$ alle 6 Monate"),
        (Interval.YEAR, 1, "$29.00 per year", "29,00\xa0$ pro Jahr"),
        (Interval.YEAR, 2, "$29.00 every 2 years", "29,00\xa0$ alle 2 Jahre"),
    ],
)
def test_a_price_says_how_often(interval: Interval, count: int, english: str, german: str) -> None:
    one = held(plan=a_plan(interval=interval, interval_count=count))
    assert price_text(EN, one) == english
    assert price_text(DE, one) == german


def test_a_purchase_has_a_price_without_a_cycle() -> None:
    assert price_text(EN, bought()) == "$99.00"


@pytest.mark.parametrize(
    ("price_minor", "currency", "text"),
    [(1500, "JPY", "¥1,500 per month"), (12500, "KWD", "KWD\xa012.500 per month")],
)
def test_amounts_have_their_currencys_decimals(price_minor: int, currency: str, text: str) -> None:
    assert price_text(EN, held(price_minor=price_minor, currency=currency)) == text


def test_the_price_counts_quantity_and_further_items() -> None:
    seats = {"description": "Seat", "quantity": 3, "amount_minor": 500}
    one = held(quantity=2, extra_items=[seats])
    assert price_text(EN, one) == "$73.00 per month"
    assert sentence(EN, one) == "Renews on 16 Dec 2026 for $73.00."


def test_where_a_debit_may_still_arrive_nobody_is_told_that_nothing_is_charged() -> None:
    over = held(stripe_status="canceled", ended_at=ENDED)
    said = [
        charged_to_view(EN, MethodChoices(held=over, methods=(), others=(), awaited=it)).unused
        for it in (None, Money(2900, "USD"))
    ]
    nothing, awaited = said
    assert nothing == "It is over. Nothing is charged for it any more."
    assert awaited == (
        "Your payment of $29.00 was on its way already. If it arrives, you get it back"
        " automatically; you don't have to do anything."
    )
