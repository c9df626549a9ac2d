"""What an instant is called by the clock of whoever reads it, and which zones there are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal_app.ui.reader import Reader
from portal_app.ui.zones import choices, known_zone, zones

MIDNIGHT = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "zone", "moment"),
    [
        ("en", "UTC", "30 Jun 2026, 22:30 UTC"),
        ("en", "Europe/Berlin", "1 Jul 2026, 00:30 UTC+2"),
        ("de", "Europe/Berlin", "1. Juli 2026, 00:30 MESZ"),
        ("en", "America/New_York", "30 Jun 2026, 18:30 EDT"),
        ("en", "Asia/Kolkata", "1 Jul 2026, 04:00 UTC+5:30"),
        ("en", "no/zone", "30 Jun 2026, 22:30 UTC"),
    ],
)
def test_a_moment_is_told_by_the_readers_clock_and_says_which(
    locale: str, zone: str, moment: str
) -> None:
    assert Reader(locale, zone).moment(MIDNIGHT) == moment


def test_the_day_and_its_form_for_machines_are_of_the_same_zone() -> None:
    reader = Reader("en", "Europe/Berlin")
    assert (reader.date(MIDNIGHT), reader.iso_date(MIDNIGHT)) == ("1 Jul 2026", "2026-07-01")
    assert reader.on_paper.date(MIDNIGHT) == "30 Jun 2026"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Etc/UTC", "UTC"),
        ("", ""),
        ("Europe/Atlantis", ""),
        ("../../etc/passwd", ""),
        ("/etc/localtime", ""),
        ("Etc/GMT+5", ""),
    ],
)
def test_a_zone_is_one_of_the_list_whatever_a_browser_calls_it(said: str, known: str) -> None:
    assert known_zone(said) == known


def test_every_zone_can_be_chosen_once_in_the_readers_words() -> None:
    listed = [zone for _, group in choices("de", MIDNIGHT) for zone in group]
    assert {zone for zone, _ in listed} == zones() - {"UTC"}
    assert len(listed) == len(zones()) - 1 > 400
    assert ("Europe/Rome", "Rom (UTC+2)") in listed
    assert "Pazifischer Ozean" in [region for region, _ in choices("de", MIDNIGHT)]
