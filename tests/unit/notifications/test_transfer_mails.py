"""What both sides of a transfer are told at each step, to the letter, in every language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_app.kit.db import Database
from portal_app.memberships.models import Membership
from portal_app.notifications.mails import NothingToSend, write_mail
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.transfer_words import WORDS
from portal_app.settings import get_settings
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import Terms
from portal_app.transfers.service import Side, Step
from portal_app.ui.catalogue import LOCALES
from tests.conftest import Clocks
from tests.factories import NOW
from tests.unit.notifications.golden_mails import assert_golden
from tests.unit.notifications.mail_shop import Shop, make_shop

STATES = {
    Step.REQUESTED: TransferState.REQUESTED,
    Step.OFFERED: TransferState.OFFERED,
    Step.OPENED: TransferState.OPENED,
    Step.ACCEPTED: TransferState.ACCEPTED,
    Step.COMPLETED: TransferState.COMPLETED,
}
SCENES = [(side, step) for side, step in WORDS]


@pytest.fixture
async def shop(
    db: Database, clocks: Clocks, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    # Links are derived from it, and golden ones must not change.
    monkeypatch.setenv("PORTAL_SECRET_KEY", "s" * 32)
    get_settings.cache_clear()
    return await make_shop(db)


async def offered(shop: Shop, step: Step) -> Transfer:
    held = shop.held
    terms = Terms(
        product_id=held.membership.product_id,
        plan_id=held.plan.id,
        amount_minor=2900,
        currency="USD",
        interval="month",
        interval_count=1,
    )
    over = step not in {Step.REQUESTED, Step.OFFERED, Step.OPENED, Step.ACCEPTED}
    transfer = Transfer(
        id="trf_golden",
        membership_id=held.membership.id,
        member_id=held.member.id,
        company_id=held.membership.company_id,
        person_id=held.member.person_id,
        source="page",
        state=STATES.get(step, TransferState.WITHDRAWN),
        recipient_address="ben@example.com",
        recipient_key="ben@example.com",
        note="Enjoy it",
        token_digest="a",
        stop_digest="b",
        terms=terms.stored(),
        needs_approval=step is Step.REQUESTED,
        asked_at=NOW,
        offered_at=None if step is Step.REQUESTED else NOW,
        expires_at=NOW + timedelta(days=7),
        ended_at=NOW + timedelta(days=1) if over else None,
        to_member_id="mber_golden" if step is Step.COMPLETED else None,
        reason="Not before June." if step is Step.REFUSED else "",
        reference="T-0000-GOLD",
    )
    async with shop.db.unit_of_work() as session:
        session.add(transfer)
    return transfer


def message(side: Side, step: Step, locale: str) -> OutboxMessage:
    payload = {"transfer_id": "trf_golden", "step": step.value, "side": side.value}
    return OutboxMessage(
        kind="transfer",
        recipient="somebody@example.com",
        locale=locale,
        payload=payload,
        created_at=NOW,
        due_at=NOW,
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("side", "step"), SCENES)
async def test_a_step_is_told_to_the_letter(
    shop: Shop, side: Side, step: Step, locale: str
) -> None:
    await offered(shop, step)
    mail = await write_mail(message(side, step, locale))
    assert "{" not in mail.text
    # Only the sender can say that it was not them.
    assert ("/transfer/stop/" in mail.text) is (side is Side.SENDER)
    # And never gets to hold the recipient's link by mail.
    assert side is Side.RECIPIENT or "/transfer/" not in mail.text.replace(
        "/transfer/stop/", ""
    ).replace("/billing/manage/mber_golden/transfer/", "")
    assert_golden(f"transfer_{step}_{side}.{locale}", mail)


async def test_a_late_mail_does_not_tell_the_key_of_who_has_it_by_then(shop: Shop) -> None:
    transfer = await offered(shop, Step.COMPLETED)
    async with shop.db.unit_of_work() as session:
        held = await session.get_one(Membership, shop.held.membership.id)
        held.license_key = "AAAA-BBBB"
    told = message(Side.RECIPIENT, Step.COMPLETED, "en")
    assert "AAAA-BBBB" in (await write_mail(told)).text
    async with shop.db.unit_of_work() as session:
        row = await session.get_one(Transfer, transfer.id)
        row.to_member_id = "mber_that_is_over"
    assert "AAAA-BBBB" not in (await write_mail(told)).text


async def test_an_offer_that_is_over_is_not_sent_any_more(shop: Shop) -> None:
    await offered(shop, Step.WITHDRAWN)
    with pytest.raises(NothingToSend):
        await write_mail(message(Side.RECIPIENT, Step.OFFERED, "en"))


async def test_what_took_no_time_is_not_said_to_be_under_way(shop: Shop) -> None:
    await offered(shop, Step.COMPLETED)
    with pytest.raises(NothingToSend):
        await write_mail(message(Side.SENDER, Step.ACCEPTED, "en"))


@pytest.mark.parametrize("locale", LOCALES)
async def test_an_end_that_was_not_taken_back_is_not_called_unchanged(
    shop: Shop, locale: str
) -> None:
    await offered(shop, Step.FAILED)
    async with shop.db.unit_of_work() as session:
        held = await session.get_one(Membership, shop.held.membership.id)
        held.cancel_at_period_end = True
    mail = await write_mail(message(Side.SENDER, Step.FAILED, locale))
    assert f"/billing/manage/{shop.held.member.id}/undo/" in mail.text
    assert "nothing has changed" not in mail.text
    assert_golden(f"transfer_failed_ending_sender.{locale}", mail)
