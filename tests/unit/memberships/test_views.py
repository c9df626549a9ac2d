"""Alerts, the next charge, the page of a membership, and its history."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal_app.catalog.configuration import AccessPolicy
from portal_app.identity.actor import ActorKind
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.service import HeldMembership, MembershipDetails, MembershipList
from portal_app.memberships.views import (
    alerts_of,
    membership_view,
    next_charge,
    orders_view,
    timeline_rows,
    with_older,
)
from portal_app.ui.reader import Reader
from tests.unit.memberships.held import (
    NOW,
    PERIOD_END,
    PERIOD_START,
    UNPAUSABLE,
    a_card,
    a_payment,
    a_plan,
    an_invoice,
    bought,
    held,
    unpaid_invoice,
)

EN, DE = Reader("en"), Reader("de")


def past_due(**over: Any) -> HeldMembership:
    given = {
        "stripe_status": "past_due",
        "method": a_card(),
        "unpaid": unpaid_invoice(next_attempt_at=NOW + timedelta(days=1)),
        "attempt": a_payment(failure_code="insufficient_funds"),
        "title": "Coaching",
    }
    return held(**{**given, **over})


def details(one: HeldMembership, **over: Any) -> MembershipDetails:
    given: dict[str, Any] = {"invoices": [], "payments": [], "events": []}
    given |= {"attempts": {}, "pause": UNPAUSABLE}
    return MembershipDetails(held=one, **{**given, **over})


def happened(kind: str, at: datetime = NOW, **after: Any) -> MembershipEvent:
    return MembershipEvent(
        membership_id="mem_1",
        kind=kind,
        actor_kind=ActorKind.SYSTEM,
        after=after,
        happened_at=at,
        recorded_at=NOW,
    )


def test_a_failed_payment_says_what_why_when_and_what_it_means() -> None:
    (alert,) = alerts_of(EN, [held(), past_due()])
    assert alert.tone == "danger"
    assert alert.title == "Payment of $29.00 for Coaching failed"
    assert alert.text == (
        "We couldn't charge Visa ending 0341. There isn't enough money in the account, or a limit"
        " is reached. Please use another payment method, or try again later."
        " Next try on 21 Nov 2026. Your access continues for now."
    )
    assert (alert.href, alert.product) == ("/billing/manage/mber_Coaching/", "Coaching")
    assert (alert.pay, alert.pay_href) == ("fix", "/billing/manage/mber_Coaching/pay/")


def test_what_can_be_paid_leads_there_and_what_cannot_names_who_helps() -> None:
    over = {"unpaid": unpaid_invoice(), "access": AccessPolicy(while_past_due=False)}
    (alert,) = alerts_of(EN, [past_due(**over)])
    assert "No further try is planned. Your access has stopped until it is paid." in alert.text
    for status in ("past_due", "unpaid", "incomplete"):
        (alert,) = alerts_of(EN, [held(stripe_status=status)])
        assert "Northwind Academy can help you to pay." in alert.text
        assert (alert.pay, alert.pay_href) == ("", "")


@pytest.mark.parametrize(
    ("over", "way"),
    [
        ({"stripe_status": "past_due"}, "fix"),
        ({"stripe_status": "unpaid"}, "fix"),
        ({"stripe_status": "incomplete"}, "finish"),
        ({"stripe_status": "past_due", "collection_method": "send_invoice"}, "invoice"),
    ],
)
def test_how_something_is_paid(over: dict[str, Any], way: str) -> None:
    (alert,) = alerts_of(EN, [held(unpaid=unpaid_invoice(), **over)])
    assert (alert.pay, bool(alert.pay_href)) == (way, True)
    assert "can help you" not in alert.text


def test_a_grace_period_has_a_date() -> None:
    (alert,) = alerts_of(EN, [past_due(access=AccessPolicy(grace_days=7))])
    assert alert.text.endswith("Your access continues until 23 Nov 2026.")


def test_no_bank_code_reaches_the_customer() -> None:
    codes = ["generic_decline", "stolen_card", "authentication_required", "insufficient_funds", ""]
    texts = {
        alert.text
        for code in codes
        for alert in alerts_of(EN, [past_due(attempt=a_payment(failure_code=code))])
    }
    assert len(texts) == 3  # a thief, an unknown code and no code are told the same
    assert not any("_" in text for text in texts)


def test_failed_payments_stand_above_expiring_cards() -> None:
    expiring = held(method=a_card(brand="mastercard", last4="4444", exp_month=11, exp_year=2026))
    alerts = alerts_of(EN, [expiring, past_due(), held(stripe_status="unpaid")])
    assert [alert.tone for alert in alerts] == ["danger", "danger", "warn"]
    assert alerts[-1].title == "Mastercard ending 4444 expires before the next charge"
    assert alerts[-1].text == "Trading Room renews on 16 Dec 2026; the card is valid until 11/2026."


def test_an_expired_card_is_said_to_be_and_leads_to_another() -> None:
    (alert,) = alerts_of(EN, [held(method=a_card(exp_month=10, exp_year=2026))])
    assert alert.title == "Visa ending 4242 has expired"
    assert alert.text.endswith("the card was valid until 10/2026.")
    assert alert.update_href == "/billing/manage/mber_TradingRoom/payment-method/"
    assert alerts_of(EN, [past_due()])[0].update_href == ""


def test_a_card_valid_in_the_month_of_the_charge_is_no_alert() -> None:
    assert alerts_of(EN, [held(method=a_card(exp_month=12, exp_year=2026))]) == []


def test_a_card_that_will_not_be_charged_is_no_alert() -> None:
    old = a_card(exp_month=1, exp_year=2020)
    quiet = [
        held(method=old, cancel_at_period_end=True),
        held(method=old, stripe_status="paused"),
        held(method=old, collection_method="send_invoice"),
        held(method=old, stripe_status="canceled"),
        bought(method=old),
    ]
    assert alerts_of(EN, quiet) == []


def test_the_next_charge_is_the_earliest_that_will_come() -> None:
    soon = PERIOD_END - timedelta(days=10)
    trial = held(
        stripe_status="trialing", trial_end_at=soon, current_period_end=soon, title="Coaching"
    )
    others = [held(method=a_card()), past_due(), held(cancel_at_period_end=True), bought()]
    view = next_charge(EN, [*others, trial], {})
    assert (view.shown, view.product, view.date) == (True, "Coaching", "6 Dec 2026")
    assert (view.title, view.amount, view.paid_with) == ("First charge after trial", "$29.00", "")
    assert next_charge(EN, others, {}).paid_with == "Visa ending 4242"
    assert not next_charge(EN, [past_due(), bought()], {}).shown


def test_orders_show_current_and_past_and_grow_by_older_ones() -> None:
    ended = held(stripe_status="canceled", ended_at=PERIOD_START, title="Old")
    found = MembershipList(current=(past_due(),), past=(ended,), past_after=(NOW, "mber_Old"))
    view = orders_view(EN, "ada@example.com", found)
    assert [card.title for card in view.current] == ["Coaching"]
    assert [card.sentence for card in view.past] == ["Ended on 16 Nov 2026."]
    assert view.has_older
    more = with_older(view, EN, [bought()], has_older=False)
    assert [card.title for card in more.past] == ["Old", "Course Library"]
    assert not more.has_older
    assert more.email == "ada@example.com"


def test_a_page_states_the_facts() -> None:
    one = held(plan=a_plan(title="Pro"), method=a_card())
    view = membership_view(EN, details(one, invoices=[an_invoice()]))
    assert {row.label: row.value for row in view.facts} == {
        "Plan": "Pro",
        "Price": "$29.00 per month",
        "Started": "16 May 2026",
        "Current period": "16 Nov 2026 to 16 Dec 2026",
        "Renews": "16 Dec 2026",
        "Membership ID": "mber_TradingRoom",
    }
    assert view.charges
    assert (view.payment_method.label, view.payment_method.expiry) == (
        "Visa ending 4242",
        "Expires 12/2030",
    )
    assert [(row.number, row.date, row.amount, row.status) for row in view.invoices] == [
        ("NWA-0007", "16 Nov 2026", "$29.00", "Paid")
    ]


def test_what_is_over_or_paid_once_shows_no_payment_method() -> None:
    for one in (bought(), held(stripe_status="canceled"), held(collection_method="send_invoice")):
        assert not membership_view(EN, details(one)).charges


def test_a_purchase_shows_its_payment_as_a_row() -> None:
    view = membership_view(EN, details(bought(), payments=[a_payment(amount_minor=9900)]))
    assert [(row.number, row.amount, row.status) for row in view.invoices] == [
        ("Payment", "$99.00", "Paid")
    ]
    assert "Bought" in {row.label for row in view.facts}


def test_an_invoice_that_was_sent_is_overdue_and_no_payment_failed() -> None:
    alert = alerts_of(EN, [past_due(collection_method="send_invoice")])[0]
    assert alert.title == "The invoice for Coaching is overdue"
    assert alert.text.startswith("The invoice has not been paid.")


def test_an_alert_is_not_repeated_below_it() -> None:
    view = membership_view(EN, details(past_due()))
    assert view.alerts
    assert view.sentence == ""
    assert membership_view(EN, details(held())).sentence.startswith("Renews on")


def test_a_scheduled_change_says_when_and_to_what() -> None:
    change = {"plan_id": "plan_2", "quantity": 2, "takes_effect_at": "2026-12-16T09:30:00+00:00"}
    pro = a_plan(title="Pro", amount_minor=5900)
    found = details(held(scheduled_change=change, scheduled=pro))
    said = membership_view(EN, found).scheduled_change
    assert said == "On 16 Dec 2026 your plan changes to Pro, $118.00 per month."
    assert "16. Dezember 2026" in membership_view(DE, found).scheduled_change
    assert membership_view(EN, details(held())).scheduled_change == ""


def test_history_reads_newest_first_and_keeps_the_order_of_one_moment() -> None:
    began = datetime(2026, 5, 16, tzinfo=UTC)
    events = [
        happened("activated", began),
        happened("renewed", PERIOD_START, amount_minor=2900, currency="USD"),
        happened("created", began),
        happened("cancel_scheduled", NOW, takes_effect_at=PERIOD_END.isoformat()),
        happened("payment_failed", PERIOD_START + timedelta(days=1)),
        happened("something_new", began - timedelta(days=1)),
    ]
    assert [(row.when, row.sentence) for row in timeline_rows(EN, events)] == [
        ("20 Nov 2026", "Cancelled, ends on 16 Dec 2026"),
        ("17 Nov 2026", "Payment failed"),
        ("16 Nov 2026", "Renewed for $29.00"),
        ("16 May 2026", "Membership started"),
        ("16 May 2026", "Membership set up"),
        ("15 May 2026", "Membership updated"),
    ]


def test_a_long_history_is_folded() -> None:
    events = [happened("renewed", NOW - timedelta(days=day)) for day in range(8)]
    view = membership_view(EN, details(held(), events=events))
    assert [row.when for row in view.timeline][:2] == ["20 Nov 2026", "19 Nov 2026"]
    assert (len(view.timeline), len(view.earlier)) == (6, 2)


def test_views_are_plain_text_and_truth_values_only() -> None:
    """Anything else would reach the browser as something else than what was meant."""
    view = membership_view(
        EN, details(past_due(), invoices=[an_invoice()], events=[happened("created")])
    )
    orders = orders_view(EN, "a@b.c", MembershipList(current=(held(),), past=(), past_after=None))
    for value in (asdict(view), asdict(orders)):
        assert json.loads(json.dumps(value)) == value
