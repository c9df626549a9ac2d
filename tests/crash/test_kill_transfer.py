"""`kill -9` on the way of a transfer: after a restart it is done, each effect at Stripe once.

Or, where Stripe refuses what the recipient would pay with, everything is as it was before.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.invariants.service import contradictions
from portal_app.kit.clock import SystemClock, install
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.settings import get_settings
from tests.crash.test_kill import World
from tests.crash.transferring import TRANSFERS, lose_card, offered
from tests.databases import KINDS
from tests.operators.command import environment
from tests.operators.smtp_server import running_mail_server
from tests.provider.sandbox_server import KEY, serve_sandbox

ON_POSTGRESQL = {"transfers.begun", "transfers.undone"}
CASES = [
    (kind, failpoint)
    for kind in KINDS
    for failpoint in TRANSFERS
    if kind == "sqlite" or failpoint in ON_POSTGRESQL or os.environ.get("PORTAL_SOAK")
]


@pytest.fixture
def world(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    install(business=SystemClock(), wall=SystemClock())
    with serve_sandbox() as server, running_mail_server() as mail:
        given = {
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_SECRET_KEY": "s" * 32,
            "PORTAL_SMTP_URL": mail.url(),
            "PORTAL_MAIL_FROM": "billing@example.com",
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_BASE": server.origin,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        counter_at.cache_clear()
        asyncio.run(offered(database_url, server))
        yield World(server, mail, database_url, environment(tmp_path, **given))
        get_settings.cache_clear()
    server.close_clients()


@pytest.mark.parametrize(("database_url", "failpoint"), CASES, indirect=["database_url"])
def test_after_a_kill_it_changed_hands_once_or_not_at_all(world: World, failpoint: str) -> None:
    refused = failpoint == "transfers.undone"
    if refused:
        lose_card(world.stripe.client())
    fatal = TRANSFERS[failpoint]
    if fatal == "work":
        assert world.run("accept") == 0
    assert world.run(fatal, failpoint=failpoint.partition(":")[0]) == -signal.SIGKILL
    assert world.run("store", "work", "work", "work") == 0
    check(world, refused=refused)


def check(world: World, *, refused: bool) -> None:
    assert world.value("SELECT count(*) FROM intents WHERE done_at IS NULL") == 0
    assert world.value("SELECT state FROM transfers") == ("failed" if refused else "completed")
    holder = (
        "SELECT address FROM email_addresses JOIN members"
        " ON members.person_id = email_addresses.person_id WHERE until_at IS NULL"
    )
    assert world.value(holder) == ("ada@example.com" if refused else "ben@example.com")
    assert world.value("SELECT stripe_status FROM memberships") == "active"
    assert not world.value("SELECT cancel_at_period_end FROM memberships")
    client = world.stripe.client()
    subs = client.v1.subscriptions.list({"status": "all"}).data
    assert sorted(sub.status for sub in subs) == (["active"] if refused else ["active", "canceled"])
    (active,) = [sub for sub in subs if sub.status == "active"]
    assert not active.cancel_at_period_end
    calls = defaultdict(list)
    for one in world.stripe.ledger():
        if str(one["idempotency_key"])[:4] == "itn_" and one["method"] == "POST":
            calls[one["idempotency_key"]].append(one["replayed"])
    assert calls
    for replays in calls.values():
        assert replays == [False, *[True] * (len(replays) - 1)]
    # To both: the offer, that it was accepted (said only if it takes long), and what came of it.
    assert world.value("SELECT count(*) FROM outbox WHERE kind = 'transfer'") == 6
    asyncio.run(_sound(world.url))


async def _sound(url: str) -> None:
    db = Database(url)
    assert await contradictions(db) == []
    await db.close()
