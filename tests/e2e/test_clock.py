"""A year passes in the demo, and nothing that follows the real time notices."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Literal

import httpx
import pytest

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.conftest import Watch
from tests.portal_server import Portal, running_portal

CLOCK = "/sandbox/clock/"
SECONDS = 60


@pytest.fixture(scope="module")
def own_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose clock may be moved: the shared one's has to stand."""
    with running_portal(tmp_path_factory.mktemp("clock")) as portal:
        yield portal


def _until_still(client: httpx.Client) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        page = client.get(CLOCK)
        if "refresh" not in page.headers:
            return page.text
        time.sleep(0.2)
    raise AssertionError("the clock did not come to a stand")


def test_a_year_passes(own_portal: Portal) -> None:
    ada = own_portal.sign_in("ada@example.com")
    ben = httpx.Client(base_url=own_portal.origin, headers={"Origin": own_portal.origin})
    own_portal.clients.append(ben)
    ben.post("/auth/code", data={"email": "ben@example.com", "next": "/orders/"})
    code = own_portal.code_for("ben@example.com")
    before = own_portal.rows()
    answer = ada.post(f"{CLOCK}advance", data={"go": "1y"})
    assert answer.status_code == 303
    page = _until_still(ada)
    assert "16 Nov 2027, 09:30 UTC" in page
    assert "From 16 Nov 2026, 09:30 to 16 Nov 2027, 09:30" in page
    paid = int(re.findall(r"Paid: (\d+)", page)[0])
    assert paid > 30
    assert own_portal.membership("active")["member_id"] in page
    # The portal heard of it all: each webhook was verified and worked off, none was given up.
    after = own_portal.rows()
    assert len(after["invoices"]) >= len(before["invoices"]) + paid
    assert _inbox(own_portal) == (True, 0, 0)
    # What follows the real time stands: the session, and the code that was sent a year ago.
    assert ada.get("/orders/").status_code == 200
    done = ben.post("/auth/verify", data={"email": "ben@example.com", "code": code})
    assert (done.status_code, done.headers.get("location")) == (303, "/orders/")
    assert len(own_portal.rows()["login_sessions"]) == len(before["login_sessions"]) + 1


def _inbox(portal: Portal) -> tuple[bool, int, int]:
    """Whether events came, how many of them wait, and how many were given up."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as database:
        rows = database.execute("SELECT handled_at, dead_at FROM inbox").fetchall()
    waiting = [row for row in rows if row[0] is None]
    return bool(rows), len(waiting), len([row for row in rows if row[1] is not None])


def _command(portal: Portal, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "STRIPE_"))}
    ours = {"PORTAL_ORIGIN": portal.origin, "PORTAL_DATA_DIR": str(portal.data_dir)}
    return subprocess.run(
        [sys.executable, "-m", "portal_app", "demo", *arguments],
        env=kept | ours,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_goes_the_same_ways(own_portal: Portal) -> None:
    """One membership's renewal fails because somebody asked for it."""
    membership = own_portal.membership("active")["id"]
    asked = _command(own_portal, "fail-next-charge", "--decline", "lost_card")
    assert (asked.returncode, asked.stdout) == (0, "The next charge fails.\n"), asked.stderr
    gone = _command(own_portal, "advance", "next-renewal", "--of", membership)
    assert gone.returncode == 0, gone.stderr
    assert "Failed: 1" in gone.stdout
    for words, said in (
        (("advance", "soon"), "That is no duration"),
        (("fail-next-charge", "--decline", "mood"), "Invalid decline"),
    ):
        refused = _command(own_portal, *words)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr


def test_only_our_own_pages_move_it(own_portal: Portal) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    for action in ("advance", "next-charge"):
        url = f"{own_portal.origin}{CLOCK}{action}"
        for headers in (foreign, {}, {"Sec-Fetch-Site": "cross-site"}):
            assert httpx.post(url, data={"go": "1d"}, headers=headers).status_code == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "width"), [("en", 1280), ("de-DE", 320)])
def test_the_page_can_be_read(
    watch: Watch, scheme: Literal["light", "dark"], locale: str, width: int
) -> None:
    size: Any = {"width": width, "height": 800}
    context = watch.new_context(color_scheme=scheme, locale=locale, viewport=size)
    page = context.new_page()
    page.goto(CLOCK)
    assert faults(page) == []
    assert wider_than_the_screen(page) == []
