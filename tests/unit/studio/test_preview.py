"""The preview shows each state as customers would see it, under the policies at hand."""

from __future__ import annotations

import pytest

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.studio.preview.samples import STATES, sample
from portal_app.studio.preview.views import preview_view
from portal_app.ui.reader import Reader
from tests.rows import NOW, STARTED

COMPANY = Company(id="biz_northwind", title="Northwind", route="northwind", created_at=STARTED)
BADGES = {
    "active": "Active",
    "trial": "Trial",
    "past_due": "Past due",
    "paused": "Paused",
    "ending": "Ends 4 Jun 2026",
    "ended": "Ended",
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_shown_in_both_languages(state: str) -> None:
    english, german = (
        preview_view(Reader(locale), COMPANY, Configuration(), state, NOW)
        for locale in ("en", "de")
    )
    assert english.membership.badge.split()[0] == BADGES[state].split()[0]
    assert german.membership.badge != "" != english.membership.badge
    assert english.membership.facts != german.membership.facts


def test_the_cancel_page_follows_the_policy_that_is_typed() -> None:
    kept, at_once = (
        preview_view(Reader("en"), COMPANY, Configuration.read(body), "cancel", NOW).cancel.first
        for body in ({}, {"cancel": {"at_once": True}})
    )
    assert kept.startswith("You keep access until")
    assert at_once.startswith("It ends right away")


@pytest.mark.parametrize(
    ("shown", "offered", "can"),
    [("ended", True, True), ("ended", False, False), ("active", True, False)],
)
def test_an_ended_membership_can_be_joined_again_where_the_policy_says_so(
    shown: str, offered: bool, can: bool
) -> None:
    typed = Configuration.read({"rejoin": {"offered": offered}})
    view = preview_view(Reader("en"), COMPANY, typed, shown, NOW)
    assert (view.membership.can_rejoin, view.cancel.rejoin) == (can, can)


def test_a_mail_that_is_switched_off_says_so() -> None:
    typed = Configuration.read({"notices": {"payment_failed": False}})
    for shown, policies, unsent in (
        ("mail_payment_failed", typed, True),
        ("mail_payment_failed", Configuration(), False),
        ("mail_renewal", typed, False),
        ("past_due", typed, False),
    ):
        assert preview_view(Reader("en"), COMPANY, policies, shown, NOW).unsent is unsent


def test_what_is_unknown_shows_an_active_membership() -> None:
    assert preview_view(Reader("en"), COMPANY, Configuration(), "<x>", NOW).shown == "active"


def test_what_is_past_due_names_what_is_owed_the_card_and_the_way_to_pay() -> None:
    shown = preview_view(Reader("en"), COMPANY, Configuration(), "past_due", NOW).membership
    (alert,) = shown.alerts
    (invoice,) = shown.invoices
    assert alert.title.startswith(f"Payment of {invoice.amount} for Trading Room")
    assert "Visa ending 4242" in alert.text
    assert "Next try on" in alert.text
    assert alert.pay_href != ""
    assert invoice.status == "Past due"
    # The mail about it reads the invoice, the page the membership.
    held = sample(COMPANY, Configuration(), "past_due", NOW).details.held
    assert held.unpaid is not None
    assert held.unpaid.next_attempt_at == held.facts.next_payment_attempt_at


@pytest.mark.parametrize(("state", "bought"), [("active", ["Paid"]), ("trial", [])])
def test_others_are_paid_with_a_card(state: str, bought: list[str]) -> None:
    shown = preview_view(Reader("en"), COMPANY, Configuration(), state, NOW).membership
    assert shown.payment_method.label == "Visa ending 4242"
    assert [one.status for one in shown.invoices] == bought
    assert shown.alerts == []


def test_whoever_has_nothing_is_signed_in_as_somebody() -> None:
    shown = preview_view(Reader("en"), COMPANY, Configuration(), "empty", NOW)
    assert shown.orders.email == "customer@example.com"
