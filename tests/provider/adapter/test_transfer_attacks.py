"""Steps out of order, other spellings of one's own address, and two programs at one moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.identity.actor import SYSTEM
from portal_app.identity.errors import InvalidAddress
from portal_app.intents.models import Intent
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.transfers.errors import AlreadyOffered, OfferOver, OwnAccount, TransferNotFound
from portal_app.transfers.links import token_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import (
    accept,
    approve,
    decline,
    mark_opened,
    recipient_page,
    refuse,
    withdraw,
)
from tests.provider.adapter.account import rows
from tests.provider.adapter.handing_over import Handover
from tests.provider.adapter.test_transfer_edges import by_company, over, set_row, shop

__all__ = ["over", "shop"]
WAITS = frozenset({TransferState.REQUESTED})
OUT = frozenset({TransferState.OFFERED, TransferState.OPENED})


async def written(over: Handover) -> tuple[Any, ...]:
    """Everything that a step could have changed or said."""
    (transfer,) = await rows(over.db, Transfer)
    async with over.db.reading() as session:
        told = (await session.scalars(select(col(OutboxMessage.id)))).all()
        begun = (await session.scalars(select(col(Intent.id)))).all()
    return transfer.model_dump(), sorted(told), sorted(begun)


async def test_no_step_can_be_skipped_repeated_or_taken_back(over: Handover) -> None:
    """Whatever asks for it, a page, a raw event or a program: these are all the ways in."""
    transfer = await over.offered()
    token, ada, ben = token_of(transfer.id), over.shop.ada, over.shop.ben
    async with over.db.reading() as session:
        page = await recipient_page(session, ben, token)
    given = {"shown": page.offer.shown, "method_id": page.chosen, "consent": "Accept"}
    steps: dict[Callable[[], Awaitable[Any]], frozenset[TransferState]] = {
        lambda: accept(over.shop.desk, ben, token, **given): OUT,
        lambda: decline(over.db, ben, token): OUT,
        lambda: withdraw(over.db, ada, over.member_id): OUT | WAITS,
        lambda: approve(over.db, SYSTEM, transfer.id): WAITS,
        lambda: refuse(over.db, SYSTEM, transfer.id): WAITS,
    }
    for state in TransferState:
        sent = None if state in WAITS else transfer.offered_at
        await set_row(over, Transfer, state=state, offered_at=sent, needs_approval=state in WAITS)
        before = await written(over)
        for step, allowed in steps.items():
            if state not in allowed:
                with pytest.raises((OfferOver, TransferNotFound)):
                    await step()
        if state not in OUT | WAITS:
            await mark_opened(over.db, ben, token)
        if state in {TransferState.REQUESTED, TransferState.ACCEPTED}:
            with pytest.raises(AlreadyOffered):
                await by_company(over, bypass=True)
            with pytest.raises(AlreadyOffered):
                await over.offered("cleo@example.com")
        assert await written(over) == before, state


@pytest.mark.parametrize(
    "spelled",
    [
        "ＡＤＡ@example.com",
        "ada@ｅｘａｍｐｌｅ.com",
        "ada＠example.com",
        "ªda@example.com",
        "ada@example.com.",
    ],
)
async def test_ones_own_address_in_other_letters_is_ones_own(over: Handover, spelled: str) -> None:
    with pytest.raises((OwnAccount, InvalidAddress)):
        await over.offered(spelled)
    assert await rows(over.db, Transfer) == []


async def test_two_programs_at_one_moment_get_the_same_link(
    over: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, first = StripeWriter.subscription_terms, []

    async def between(*given: Any) -> Any:
        monkeypatch.undo()
        first.append(await by_company(over))
        return await real(*given)

    monkeypatch.setattr(StripeWriter, "subscription_terms", between)
    second = await by_company(over)
    assert [one.id for one in first] == [second.id]
    assert len(await rows(over.db, Transfer)) == 1
