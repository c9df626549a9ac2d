"""Follows docs/from-stripe-account.md: each command as it stands on the page, in its order.

Only what the page says is the reader's own is replaced: the keys, the mail server, and the port.
Stripe is the sandbox, served over HTTP; the domain's TLS ends in this test.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.operators.command import ROOT, environment
from tests.operators.markdown import blocks, checkout
from tests.operators.smtp_server import MailServer, running_mail_server
from tests.provider.sandbox_server import SandboxServer, free_port, serve_sandbox

PAGE = ROOT / "docs" / "from-stripe-account.md"
ORIGIN = "https://billing.example.com"
KEY = "sk_test_ten_steps"


class Reader:
    """Somebody who follows the page in a folder of their own."""

    def __init__(self, folder: Path, stripe: SandboxServer, mail: MailServer) -> None:
        self.folder, self.mail, self.port = folder, mail, free_port()
        # Variables of an operator's shell are no settings; STRIPE_API_BASE is the test's own.
        given = environment(folder, STRIPE_API_BASE=stripe.origin)
        self.variables = {name: value for name, value in given.items() if name != "PORTAL_DATA_DIR"}
        self.output: list[str] = []

    def own(self, block: str) -> str:
        replaced = {
            "sk_test_…": KEY,
            "pk_test_…": "pk_test_ten_steps",
            "smtp://user:password@mail.example.com:587": self.mail.url("right"),
            "--port 3000": f"--port {self.port}",
        }
        for theirs, ours in replaced.items():
            block = block.replace(theirs, ours)
        return block

    def types(self, block: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.own(block)],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        self.output.append(done.stdout)
        return done.stdout

    @contextmanager
    def leaves_running(self, block: str) -> Iterator[str]:
        log = self.folder / "serve.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["bash", "-euc", f"exec {self.own(block)}"],
                cwd=self.folder,
                env=self.variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            base = f"http://127.0.0.1:{self.port}"
            _until_ready(base, server, log)
            yield base
        finally:
            server.terminate()
            server.wait(timeout=20)


def _until_ready(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{base}/readyz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def account() -> Iterator[SandboxServer]:
    """A Stripe test account with one customer who pays monthly."""
    with serve_sandbox() as server:
        client = server.client()
        product = client.v1.products.create({"name": "Trading Room"})
        price = client.v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": 2900,
                "recurring": {"interval": "month"},
            }
        )
        customer = client.v1.customers.create(
            {
                "email": "ada@example.com",
                "name": "Ada Lovelace",
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": "pm_card_visa"},
            }
        )
        client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
        yield server


@pytest.fixture
def reader(tmp_path: Path, account: SandboxServer) -> Iterator[Reader]:
    assert (ROOT / ".web").exists(), "build the front end first: python -m portal_app.build"
    with running_mail_server() as mail:
        yield Reader(checkout(tmp_path / "portal"), account, mail)


def sign_in(base: str, mail: MailServer, address: str) -> httpx.Response:
    """As a browser does through the proxy that ends TLS: secure cookies, the public origin."""
    cookies: dict[str, str] = {}

    def post(path: str, form: dict[str, str]) -> httpx.Response:
        headers = {
            "Origin": ORIGIN,
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-Forwarded-For": "203.0.113.7",
        }
        reply = httpx.post(f"{base}{path}", data=form, headers=headers)
        for line in reply.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value
        return reply

    known = len(mail.mails)
    assert post("/auth/code", {"email": address, "next": "/orders/"}).status_code == 303
    deadline = time.monotonic() + 20
    while len(mail.mails) == known:
        assert time.monotonic() < deadline, "no mail within 20 s"
        time.sleep(0.05)
    body = mail.mails[-1].get_body(("plain",))
    assert body is not None
    found = re.search(r"\b(\d{6})\b", body.get_content())
    assert found
    verified = post("/auth/verify", {"email": address, "code": found[1], "next": "/orders/"})
    assert (verified.status_code, verified.headers["location"]) == (303, "/orders/")
    session = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return httpx.get(f"{base}/orders/", headers={"Cookie": session})


def test_the_page_leads_to_the_first_customer_signed_in(
    reader: Reader, account: SandboxServer
) -> None:
    text = PAGE.read_text()
    assert [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)] == list(
        range(1, 11)
    )
    *before, serve, find = blocks(PAGE)
    for block in before:
        reader.types(block)
    settings = (reader.folder / ".env").read_text()
    assert re.search(r"^STRIPE_WEBHOOK_SECRET=whsec_\w+$", settings, re.MULTILINE)
    assert (reader.folder / ".env").stat().st_mode & 0o077 == 0
    assert "FAIL" not in reader.output[-1]  # the doctor's, in step 8
    [endpoint] = account.raw("GET", "/v1/webhook_endpoints").json()["data"]
    assert endpoint["url"] == f"{ORIGIN}/webhooks/stripe"
    assert "unclaimed" in reader.types(find)
    with reader.leaves_running(serve) as base:
        signed_in = sign_in(base, reader.mail, "ada@example.com")
        assert signed_in.status_code == 200
        assert "ada@example.com" in str(reader.mail.mails[-1]["To"])
        assert "belongs to ada@example.com" in reader.types(find)
        [line] = reader.types(find).splitlines()
        owner = sign_in(base, reader.mail, "owner@example.com")
        assert owner.status_code == 200
    assert line.startswith("cus_")
    assert (reader.folder / ".portal" / "portal.db").exists()
