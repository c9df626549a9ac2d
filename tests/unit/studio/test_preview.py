"""The preview shows each state as customers would see it, under the policies at hand."""

from __future__ import annotations

import pytest

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.studio.preview.samples import STATES
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
