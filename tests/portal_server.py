"""A whole portal in sandbox mode, as `make run` starts it, for tests that need the real thing."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.contents import Rows, contents
from tests.load_balancer import LoadBalancer, load_balancer

DEMO_NOW = "2026-11-16T09:30:00"
ROOT = Path(__file__).parent.parent


@dataclass
class Portal:
    """A running portal: where it is, what `portal demo info --json` says, and its mailbox."""

    origin: str
    data_dir: Path
    log: Path
    pid: int = 0
    listing: dict[str, Any] = field(default_factory=dict)
    database_url: str = ""
    # Closed with the portal.
    clients: list[httpx.Client] = field(default_factory=list)

    def membership(self, state: str) -> dict[str, str]:
        found: dict[str, str] = self.listing["memberships"][state]
        return found

    def method_id(self, last4: str, email: str = "ada@example.com") -> str:
        """Our id of a payment method that the demo's person has on file."""
        with closing(sqlite3.connect(self.data_dir / "portal.db")) as connection:
            found = connection.execute(
                "SELECT payment_methods.id FROM payment_methods JOIN customers"
                " ON customers.id = customer_id WHERE last4 = ? AND email_key = ?",
                (last4, email),
            )
            return str(found.fetchone()[0])

    def mails(self, to: str) -> list[dict[str, str]]:
        reply = httpx.get(f"{self.origin}/sandbox/mail.json", params={"to": to})
        mails: list[dict[str, str]] = reply.raise_for_status().json()
        return mails

    def code_for(self, email: str, *, known: int = 0, seconds: float = 10) -> str:
        """The code of the first mail to *email* beyond the *known* ones."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            mails = self.mails(email)
            # Others may have come since: what was paid or failed is told by mail too.
            for mail in mails[: len(mails) - known]:
                if match := re.search(r"\b(\d{6})\b", mail["subject"]):
                    return match[1]
            time.sleep(0.05)
        raise AssertionError(f"no sign-in mail for {email} within {seconds} s")

    def link_for(self, email: str) -> str:
        """The address in the newest mail that signs in; others may have come since."""
        words = [word for mail in self.mails(email) for word in mail["text"].split()]
        return next(word for word in words if "/login/link/" in word)

    def sign_in(self, email: str, next_path: str = "/orders/") -> httpx.Client:
        """An HTTP client that has signed in as *email*."""
        client = httpx.Client(base_url=self.origin, headers={"Origin": self.origin})
        self.clients.append(client)
        known = len(self.mails(email))
        asked = client.post("/auth/code", data={"email": email, "next": next_path})
        assert asked.status_code < 400, asked.text
        code = self.code_for(email, known=known)
        done = client.post("/auth/verify", data={"email": email, "code": code, "next": next_path})
        assert done.status_code == 303, done.text
        assert done.headers["location"].endswith(next_path)
        return client

    def cookie_of(self, client: httpx.Client) -> str:
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    def rows(self) -> Rows:
        """Every table's rows, for before/after comparisons."""
        return contents(self.database_url or f"sqlite:///{self.data_dir / 'portal.db'}")

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Rows but for the tables that note activity (`last_seen_at`, when a watch looked)."""
        activity = {"login_sessions", "api_keys", "reconciliations", "notice_switches"}
        return {table: found for table, found in self.rows().items() if table not in activity}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _portal(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "portal_app", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _wait(origin: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{origin}/login/", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the portal did not answer within a minute\n" + log.read_text())


def _command(port: int, factory: str) -> list[str]:
    if not factory:
        return [sys.executable, "-m", "portal_app", "serve", "--port", str(port)]
    options = ["--interface", "asgi", "--factory", "--port", str(port), "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *options, factory]


def _environment(origin: str, data_dir: Path, settings: dict[str, str]) -> dict[str, str]:
    """The caller's environment with these settings and no others of ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PORTAL_", "STRIPE_", "PYTEST_"))
    }
    return kept | {"PORTAL_ORIGIN": origin, "PORTAL_DATA_DIR": str(data_dir)} | settings


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ask it to end; TimeoutExpired when it would not, but then it is gone all the same."""
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        raise


@contextmanager
def _web_process(
    environment: dict[str, str], port: int, log: Path, factory: str = ""
) -> Iterator[int]:
    """`portal serve`, or the application of *factory*, on *port*; yields the process's id."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            _command(port, factory),
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://localhost:{port}", server, log)
        yield server.pid
    finally:
        _end(server)


@contextmanager
def _known_as(portal: Portal, environment: dict[str, str]) -> Iterator[Portal]:
    """Fill in what the demo says about itself; close the clients that signed in."""
    portal.listing = json.loads(_portal(environment, "demo", "info", "--json"))
    try:
        yield portal
    finally:
        for client in portal.clients:
            client.close()


@contextmanager
def running_portal(data_dir: Path, *, factory: str = "", **settings: str) -> Iterator[Portal]:
    """Seed a demo world as of DEMO_NOW below *data_dir* and serve it on a free port.

    *factory* (`module:name`) builds another application, with handlers that only a test needs.
    """
    port = _free_port()
    origin = f"http://localhost:{port}"
    environment = _environment(origin, data_dir, settings)
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "server.log"
    _portal(environment, "demo", "reset", "--now", DEMO_NOW)
    portal = Portal(origin, data_dir, log, database_url=settings.get("PORTAL_DATABASE_URL", ""))
    with (
        _web_process(environment, port, log, factory) as portal.pid,
        _known_as(portal, environment),
    ):
        yield portal


@contextmanager
def two_web_processes(data_dir: Path, **settings: str) -> Iterator[tuple[Portal, LoadBalancer]]:
    """One portal behind a load balancer: two processes that share what *settings* name.

    The sandbox lives in one process's memory, so both use the first one's, as they would Stripe.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    ports = [_free_port(), _free_port()]
    logs = [data_dir / "first.log", data_dir / "second.log"]
    with load_balancer(ports) as balancer, ExitStack() as processes:
        origin = f"http://localhost:{balancer.port}"
        sandbox = {"STRIPE_API_BASE": f"http://localhost:{ports[0]}/sandbox/stripe"}
        environment = _environment(origin, data_dir, settings | sandbox)
        _portal(environment, "demo", "reset", "--now", DEMO_NOW)
        for port, log in zip(ports, logs, strict=True):
            processes.enter_context(_web_process(environment, port, log))
        portal = Portal(origin, data_dir, logs[0], database_url=settings["PORTAL_DATABASE_URL"])
        yield processes.enter_context(_known_as(portal, environment)), balancer
