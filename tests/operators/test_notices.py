"""`portal notices`: what would be sent, why a kind is off, and the doctor's line about it."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.kit.db import Database
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.preview import preview
from portal_app.notifications.notices.switches import switch_off
from portal_app.operators.doctor.findings import Verdict
from portal_app.operators.doctor.notice_checks import notices_said
from portal_app.settings import Settings
from tests.conftest import Clocks
from tests.notice_world import LATER, NoticeWorld, make_notice_world
from tests.operators.conftest import Portal

# What Stripe never sends.
OWN = [key for key, kind in NOTICES.items() if not kind.stripe_mails]
KEY = {"stripe_secret_key": "sk_test_1"}


def said(*on: str, **settings: Any) -> Any:
    given: dict[str, Any] = KEY | settings
    return notices_said(Settings(**given), [NOTICES[key] for key in on])


def test_the_doctor_says_who_sends_what() -> None:
    nothing = said()
    assert nothing.verdict is Verdict.WARNING
    assert "the portal sends none" in nothing.says
    assert "Stripe's if they are on there: receipt" in nothing.says
    assert f"sent by nobody: {', '.join(OWN)}" in nothing.says
    assert "portal notices preview" in nothing.mend
    required = said(*[key for key, kind in NOTICES.items() if kind.locked])
    assert required.verdict is Verdict.OK
    assert said(*NOTICES).says == f"the portal sends {', '.join(NOTICES)}"
    assert "mailbox" in said(stripe_secret_key="").says


def test_with_a_key_everything_is_off_until_it_is_named(
    portal_command: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("PORTAL_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("PORTAL_MAIL_FROM", "billing@example.com")
    portal_command("migrate")
    lines = portal_command("notices", "preview").stdout.splitlines()
    assert len(lines) == len(NOTICES)
    assert all(" off: " in line for line in lines)
    assert "Stripe can send these itself (“Failed payments”)" in "".join(lines)
    on = portal_command("notices", "on").stdout
    assert on.startswith(f"On: {', '.join(OWN)}.")
    assert "Switch off at Stripe" not in on
    named = portal_command("notices", "on", "receipt", "payment_failed").stdout
    assert "if it is on there: Failed payments, Successful payments." in named
    shown = portal_command("notices", "preview").stdout
    assert shown.count(" on since ") == len(OWN) + 2
    portal_command("notices", "off", "receipt")
    shown = portal_command("notices", "preview").stdout
    assert "switched off on" in shown
    assert shown.count(" on since ") == len(OWN) + 1
    assert "Off: " in portal_command("notices", "off").stdout
    assert " on since " not in portal_command("notices", "preview").stdout
    portal_command("notices", "on", "all")
    assert portal_command("notices", "preview").stdout.count(" on since ") == len(NOTICES)


def test_a_kind_that_there_is_not_is_refused(portal_command: Portal) -> None:
    portal_command("migrate")
    refused = portal_command("notices", "on", "receipts", code=1)
    assert "There is no notice receipts. There are: " in refused.stderr


@pytest.fixture
async def world(db: Database, clocks: Clocks) -> NoticeWorld:
    made = await make_notice_world(db)
    clocks.business.at = clocks.wall.at = LATER
    return made


async def test_a_preview_counts_names_some_and_sends_nothing(world: NoticeWorld) -> None:
    for held in (world.hers, world.his, world.hers, world.his, world.unclaimed):
        await world.paid(held)
    async with world.db.unit_of_work() as session:
        await switch_off(session, [NOTICES["refund"]])
    await world.refunded(world.his)
    found = {one.kind.key: one for one in await preview(world.db, sandbox=False)}
    assert (found["receipt"].count, found["receipt"].off_because) == (4, "")
    assert len(found["receipt"].samples) == 3
    assert ("ada@example.com", "Trading Room") in found["receipt"].samples
    assert found["refund"].count == 1, "of what is off, what would have been sent"
    assert found["refund"].off_because.startswith("switched off on ")
    assert found["refund"].samples == (("ben@example.com", "Trading Room"),)
    assert await world.mails() == []
    await world.look()
    again = {one.kind.key: one.count for one in await preview(world.db, sandbox=False)}
    assert (again["receipt"], again["refund"]) == (0, 1)
