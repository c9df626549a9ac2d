"""`kill -9` at every failpoint: after a restart everything has happened, and once.

The exception is the one that design names: a mail may be sent twice when the process dies between
the server's 250 and our commit, and then both copies have the same Message-ID.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal_app.identity.service import request_code
from portal_app.invariants.service import contradictions
from portal_app.kit.clock import SystemClock, install
from portal_app.kit.db import Database
from portal_app.kit.failpoints import FAILPOINTS
from portal_app.memberships.claiming import claim
from portal_app.settings import get_settings
from tests.contents import sync_engine
from tests.crash import process
from tests.crash.transferring import TRANSFERS
from tests.databases import KINDS
from tests.factories import make_person
from tests.operators.command import environment
from tests.operators.smtp_server import MailServer, running_mail_server
from tests.provider.adapter.account import StripeProvider, add_companies, customer, imported, price
from tests.provider.sandbox_server import KEY, SandboxServer, serve_sandbox

# Failpoint → the work that reaches it, and the works that have to be done before.
REACHED = {
    "inbox.inserting": ("store",),
    "inbox.stored": ("store",),
    "inbox.claimed": ("store", "work"),
    "inbox.fetched": ("store", "work"),
    "inbox.projecting": ("store", "work"),
    "inbox.projecting:3": ("store", "work"),
    "inbox.projected": ("store", "work"),
    "inbox.projected:2": ("store", "work"),
    "inbox.handled": ("store", "work"),
    "jobs.settled": ("store", "work"),
    "outbox.claimed": ("store", "work"),
    "outbox.written": ("store", "work"),
    "outbox.sent": ("store", "work"),
    "outbox.sent:2": ("store", "work"),
    "intents.recorded": ("choose",),
    "intents.sent": ("choose",),
    "intents.applying": ("choose",),
    "intents.applied": ("choose",),
    "intents.claimed": ("choose:intents.recorded", "work"),
    "prune.deleted": ("clean",),
}
# Reached only while another change of the same membership is under way.
QUEUED = "intents.queued"
# The kinds of places, on PostgreSQL too: within a transaction, between two of a batch, between an
# effect elsewhere and our commit. `make soak` dies at all of them.
ON_POSTGRESQL = {"inbox.projecting:3", "inbox.projected:2", "intents.sent", "outbox.sent:2"}
CASES = [
    (kind, failpoint)
    for kind in KINDS
    for failpoint in REACHED
    if kind == "sqlite" or failpoint in ON_POSTGRESQL or os.environ.get("PORTAL_SOAK")
]
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([process.__name__])
MAIL_MAY_REPEAT = {"outbox.sent", "outbox.sent:2"}


def test_every_failpoint_is_died_at() -> None:
    named = {name.partition(":")[0] for name in (*REACHED, *TRANSFERS, QUEUED)}
    assert named == FAILPOINTS


@dataclass
class World:
    """An account with a subscription that we don't know yet and a second card; two mails wait."""

    stripe: SandboxServer
    mail: MailServer
    url: str
    given: dict[str, str]

    def run(self, *work: str, failpoint: str = "") -> int:
        """The exit code of a process that does *work*; negative when it was killed."""
        given = {**self.given, "PORTAL_FAILPOINT": failpoint}
        worker = PROCESSES.Process(target=process.main, args=(given, work))
        worker.start()
        worker.join(timeout=60)
        assert worker.exitcode in {0, -signal.SIGKILL}
        return worker.exitcode

    def value(self, query: str) -> Any:
        engine = sync_engine(self.url)
        try:
            with engine.connect() as connection:
                return connection.execute(sa.text(query)).scalar()
        finally:
            engine.dispose()


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
        asyncio.run(_scene(database_url, server))
        yield World(server, mail, database_url, environment(tmp_path, **given))
        get_settings.cache_clear()
    server.close_clients()


async def _scene(url: str, server: SandboxServer) -> None:
    client = server.client()
    ada = customer(client)
    plan = price(client, 2900)
    client.v1.payment_methods.attach("pm_card_mastercard", {"customer": ada.id})
    db, provider = Database(url), StripeProvider(KEY, server.origin)
    await add_companies(db)
    await imported(provider, db)
    async with db.unit_of_work() as session:
        person = await make_person(session)
        known = await _wall()
        await claim(session, person_id=person.id, address_key="ada@example.com", now=known)
        for address in ("ada@example.com", "ben@example.com"):
            await request_code(
                session, address=address, browser_token=address, next_path="/orders/", locale="en"
            )
    client.v1.subscriptions.create({"customer": ada.id, "items": [{"price": plan}]})
    await provider.close()
    await db.close()


async def _wall() -> Any:
    return SystemClock().now() - timedelta(seconds=1)


@pytest.mark.parametrize(("database_url", "failpoint"), CASES, indirect=["database_url"])
def test_after_a_kill_everything_has_happened_once(world: World, failpoint: str) -> None:
    *before, fatal = REACHED[failpoint]
    for work in before:
        name, _, point = work.partition(":")
        world.run(name, failpoint=point)
    assert world.run(fatal, failpoint=failpoint) == -signal.SIGKILL
    # The sender of an event that was not acknowledged sends it again; the customer's click is lost
    # only where nothing was recorded.
    clicked_again = ["choose"] if world.value("SELECT count(*) FROM intents") == 0 else []
    assert world.run("store", *clicked_again, "work", "work") == 0
    check(world, mails_repeat=failpoint in MAIL_MAY_REPEAT)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_cancellation_that_waits_for_another_change_survives_it(world: World) -> None:
    assert world.run("store", "work") == 0
    assert world.run("pause", failpoint="intents.recorded") == -signal.SIGKILL
    assert world.run("cancel", failpoint=QUEUED) == -signal.SIGKILL
    assert world.run("work", "work", "work") == 0
    assert world.value("SELECT count(*) FROM intents WHERE outcome = 'done'") == 2
    assert world.value("SELECT count(*) FROM cancellations WHERE confirmed_at IS NOT NULL") == 1
    (sub,) = world.stripe.client().v1.subscriptions.list({}).data
    assert sub.cancel_at_period_end
    calls = [one for one in world.stripe.ledger() if str(one["idempotency_key"])[:4] == "itn_"]
    keys = [one["idempotency_key"] for one in calls]
    assert len(keys) == len(set(keys)), "everything was asked for once"


def check(world: World, *, mails_repeat: bool) -> None:
    assert world.value("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
    assert world.value("SELECT stripe_status FROM memberships") == "active"
    assert world.value("SELECT count(*) FROM intents") == 1
    assert world.value("SELECT outcome FROM intents") == "done"
    chosen = "SELECT brand FROM payment_methods JOIN customers ON customers.id = customer_id"
    same = "stripe_payment_method_id = stripe_default_payment_method_id"
    assert world.value(f"{chosen} WHERE {same}") == "mastercard"
    ledger = [one for one in world.stripe.ledger() if str(one["idempotency_key"])[:4] == "itn_"]
    assert len({one["idempotency_key"] for one in ledger}) == 1
    assert [one["replayed"] for one in ledger] == [False, *[True] * (len(ledger) - 1)]
    ids = [mail["Message-ID"] for mail in world.mail.mails]
    assert len(set(ids)) == 2
    # Mails of a batch are sent side by side, so both may be on their way when the process dies.
    assert max(Counter(ids).values()) <= 1 + mails_repeat
    asyncio.run(_sound(world.url))


async def _sound(url: str) -> None:
    db = Database(url)
    assert await contradictions(db) == []
    await db.close()
