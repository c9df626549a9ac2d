"""Coming back after more than one try: none that was begun is forgotten and paid for beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_app.intents.errors import Unconfirmed
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import JOIN, look_up_rejoin, rejoin_secret
from portal_app.provider.errors import AuthenticationRequired
from tests.provider.adapter.test_rejoining import Left, left

__all__ = ["left"]


async def asked_by_bank_and_then_unheard(left: Left) -> None:
    """The first try waits for the bank; the second has never reached the provider."""
    with pytest.raises(AuthenticationRequired):
        await left.back(await left.card("pm_card_authenticationRequired"))
    card, sandbox = await left.card(), left.shop.sandbox
    faults = [{"kind": "500", "times": 99, "path": "/v1"}]
    sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})
    with pytest.raises(Unconfirmed):
        await left.back(card)
    sandbox.raw("POST", "/_sandbox/faults", json={})
    left.clocks.wall.advance(timedelta(minutes=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(left.shop.desk, by_kind(JOIN)))
    assert await drain(queue) == 1
    assert left.begun() == ["incomplete"]


async def test_what_the_first_try_began_is_ended_by_the_third(left: Left) -> None:
    await asked_by_bank_and_then_unheard(left)
    await left.back(await left.card())
    assert sorted(left.begun()) == ["active", "incomplete_expired"]


async def test_the_bank_may_still_say_yes_to_the_first(left: Left) -> None:
    await asked_by_bank_and_then_unheard(left)
    secret = await rejoin_secret(left.shop.desk, left.shop.ada, left.member_id)
    path = f"/_sandbox/authenticate/{secret.partition('_secret_')[0]}"
    left.shop.sandbox.raw("POST", path, json={"outcome": "succeed"})
    left.clocks.wall.advance(timedelta(seconds=1))
    await look_up_rejoin(left.shop.desk, left.shop.ada, left.member_id)
    assert (await left.held()).status is MembershipStatus.ACTIVE
    assert left.begun() == ["active"]
