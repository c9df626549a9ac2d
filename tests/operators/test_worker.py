"""`portal worker` as a process: it drains, and SIGTERM lets it finish what it has begun."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect

import pytest

from portal_app.identity.service import request_code
from portal_app.kit import db as kit_db
from portal_app.settings import get_settings
from tests.operators.command import ROOT, environment, portal
from tests.operators.smtp_server import MailServer, running_mail_server


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def settings(
    tmp_path: Path, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Of the worker's process, and of this one, which writes what it is to send."""
    values = {
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SMTP_URL": mail_server.url(),
        "PORTAL_MAIL_FROM": "billing@example.com",
        "PORTAL_SECRET_KEY": "s" * 32,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    given = environment(tmp_path, **values)
    portal(given, "migrate")
    yield given
    get_settings.cache_clear()


def ask_for_codes(*addresses: str) -> None:
    async def ask() -> None:
        database = kit_db.Database(get_settings().database_url)
        async with database.unit_of_work() as session:
            for address in addresses:
                await request_code(
                    session,
                    address=address,
                    browser_token=address,
                    next_path="/orders/",
                    locale="en",
                )
        await database.close()

    asyncio.run(ask())


@contextmanager
def running_worker(settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    worker = subprocess.Popen(
        [sys.executable, "-m", "portal_app", "worker"],
        cwd=ROOT,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def until(what: str, reached: object, *, seconds: float = 30) -> None:
    assert callable(reached)
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.05)


def outbox(tmp_path: Path) -> list[tuple[str, bool, int]]:
    with closing(connect(tmp_path / "portal.db")) as connection:
        rows = connection.execute("SELECT recipient, sent_at, attempts FROM outbox ORDER BY 1")
        return [(recipient, sent_at is not None, attempts) for recipient, sent_at, attempts in rows]


def test_it_sends_what_waits_and_what_comes(
    settings: dict[str, str], mail_server: MailServer, tmp_path: Path
) -> None:
    ask_for_codes("ada@example.com")
    with running_worker(settings) as worker:
        until("the first mail", lambda: len(mail_server.mails) == 1)
        ask_for_codes("ben@example.com")  # appended by another process
        until("the second mail", lambda: len(mail_server.mails) == 2)
        until("both marks", lambda: all(sent for _, sent, _ in outbox(tmp_path)))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    assert [mail["To"] for mail in mail_server.mails] == ["ada@example.com", "ben@example.com"]


def test_sigterm_finishes_what_was_begun(
    settings: dict[str, str], mail_server: MailServer, tmp_path: Path
) -> None:
    mail_server.delay = 1.5
    addresses = [f"person{number}@example.com" for number in range(3)]
    ask_for_codes(*addresses)
    with running_worker(settings) as worker:
        until("the first delivery", lambda: mail_server.begun > 0)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
        assert worker.stdout is not None
        assert "Finished what had been begun." in worker.stdout.read()
    # Each claimed row was sent once and marked: nothing is left half done for a lease to free.
    assert outbox(tmp_path) == [(address, True, 1) for address in addresses]
    assert sorted(mail["To"] for mail in mail_server.mails) == addresses
