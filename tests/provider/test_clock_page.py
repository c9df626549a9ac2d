"""`/sandbox/clock/` over a served sandbox: what it shows, what its buttons do, whom it refuses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from portal_app.demo.clock_page import PATH, clock_router
from portal_app.demo.control import SandboxControl
from portal_app.demo.journey import plan
from portal_app.kit.db import Database
from portal_app.kit.errors import InvalidInput
from portal_app.portal_app import create_http
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
def shop(sandbox: SandboxServer) -> Shop:
    return Shop(sandbox.client())


@pytest.fixture
async def visitor(
    clocks: Clocks,
    settings: Any,
    db: Database,
    sandbox: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr("portal_app.demo.clock_page.PATIENCE", 60)

    async def connect() -> str | None:
        return sandbox.origin

    app = FastAPI()
    app.include_router(clock_router(settings, connect))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


async def _go(visitor: httpx.AsyncClient, target: str) -> httpx.Response:
    answer = await visitor.post(f"{PATH}advance", data={"go": target})
    assert answer.status_code == 303, answer.text
    return await visitor.get(answer.headers["location"])


async def test_it_lists_what_is_ahead_and_goes_there(
    visitor: httpx.AsyncClient, shop: Shop, sandbox: SandboxServer
) -> None:
    shop.subscribe(shop.customer())
    ends = shop.subscribe(shop.customer(email="b@example.com"), trial_period_days=7)
    shop.client.v1.subscriptions.update(ends.id, {"cancel_at": START + 20 * DAY})
    page = (await visitor.get(PATH)).text
    lines = [line.strip() for line in re.findall(r"<p>([^<]+)</p>", page)]
    assert lines == [
        "The trial of Room ends",
        "Room ends",
        "Room renews for $29.00",
        *["Visa 4242 expires"] * 2,
    ]
    assert "7 Feb 2024, 12:00</time> · in 7 days" in page
    assert 'href="/sandbox/mail/?to=b%40example.com"' in page
    goal = re.findall(r'name="go" value="@(\d+)"', page)[0]
    page = (await _go(visitor, f"@{goal}")).text
    assert sandbox.now() == START + 7 * DAY
    assert "Paid: 1" in page
    assert "Room: $29.00 was paid" in page


async def test_words_and_durations(
    visitor: httpx.AsyncClient, shop: Shop, sandbox: SandboxServer
) -> None:
    shop.subscribe(shop.customer())
    page = (await _go(visitor, "next-renewal")).text
    assert sandbox.now() == START + 29 * DAY
    assert "Paid: 1" in page
    assert "Nothing was due on the way." in (await _go(visitor, "12h")).text
    await _go(visitor, "card-expiry")
    page = (await visitor.get(PATH)).text
    assert "1 Jan 2029, 00:00 UTC" in page
    assert "Ended: " not in page
    # The card is refused from now on, until the retries are over.
    assert "Ended: 1" in (await _go(visitor, "2mo")).text


@pytest.mark.parametrize("target", ["", "soon", "11y", "@1", "@99999999999999", "<script>"])
async def test_no_other_way_is_gone(
    visitor: httpx.AsyncClient, sandbox: SandboxServer, target: str
) -> None:
    answer = await visitor.post(f"{PATH}advance", data={"go": target})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "<script>" not in answer.text
    assert sandbox.now() == START


async def test_a_charge_that_is_to_fail(
    visitor: httpx.AsyncClient, shop: Shop, sandbox: SandboxServer
) -> None:
    other, customer = shop.customer(email="o@example.com"), shop.customer()
    spared, hit = shop.subscribe(other), shop.subscribe(customer)
    given = {"decline": "expired_card", "customer": customer}
    assert (await visitor.post(f"{PATH}next-charge", data=given)).status_code == 303
    assert "The next charge fails: Card expired" in (await visitor.get(PATH)).text
    page = (await _go(visitor, "1mo")).text
    assert "Failed: 1" in page
    assert "The next charge fails" not in page
    status = {s.id: s.status for s in shop.client.v1.subscriptions.list().data}
    assert status == {spared.id: "active", hit.id: "past_due"}
    late = shop.invoices(hit.id)[-1]
    [charge] = [c for c in shop.client.v1.charges.list({"customer": customer}).data if not c.paid]
    assert (late.status, charge.failure_code) == ("open", "expired_card")
    await visitor.post(f"{PATH}next-charge", data={"decline": "lost_card"})
    await visitor.post(f"{PATH}next-charge")
    assert "The next charge fails" not in (await visitor.get(PATH)).text
    wrong = await visitor.post(f"{PATH}next-charge", data={"decline": "bad_mood"})
    assert wrong.status_code == 400


async def test_it_speaks_german_and_runs_no_script(visitor: httpx.AsyncClient, shop: Shop) -> None:
    shop.subscribe(shop.customer())
    answer = await visitor.get(PATH, headers={"Accept-Language": "de"})
    for text in ("Demo-Uhr", "Room verlängert sich für 29,00", "in 29 Tagen", "29. Februar 2024"):
        assert text in answer.text
    refused = await visitor.post(
        f"{PATH}advance", data={"go": "bald"}, headers={"Accept-Language": "de"}
    )
    assert "Das ist keine Dauer" in refused.text
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_long_way_shows_how_far_it_is(
    visitor: httpx.AsyncClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_app.demo.clock_page.PATIENCE", 0)
    shop.subscribe(shop.customer())
    page = await _go(visitor, "3y")
    assert page.headers["refresh"] == "2"
    assert "The clock is moving" in page.text
    assert "<progress" in page.text
    again = await visitor.post(f"{PATH}advance", data={"go": "1d"})
    assert again.status_code == 409
    for _ in range(200):
        page = await visitor.get(PATH)
        if "refresh" not in page.headers:
            break
    assert "What happened" in page.text
    assert "From 31 Jan 2024, 12:00 to 31 Jan 2027, 12:00" in page.text
    assert "Paid: 36" in page.text


async def test_without_a_sandbox_it_says_so(clocks: Clocks, settings: Any, db: Database) -> None:
    app = FastAPI()
    app.include_router(clock_router(settings))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        for answer in (await client.get(PATH), await client.post(f"{PATH}advance")):
            assert answer.status_code == 409
            assert "Nothing serves the sandbox now." in answer.text


@pytest.mark.parametrize(("key", "status"), [("", 409), ("sk_test_a_real_one", 404)])
async def test_there_is_no_clock_with_a_stripe_key(
    clocks: Clocks, settings: Any, monkeypatch: pytest.MonkeyPatch, key: str, status: int
) -> None:
    # A sandbox in production is refused before any of this (tests/unit/settings/test_modes.py).
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    get_settings.cache_clear()
    transport = httpx.ASGITransport(create_http())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        assert (await client.get(PATH)).status_code == status
        for action in ("advance", "next-charge"):
            assert (await client.post(f"{PATH}{action}")).status_code == status


async def test_the_renewal_of_one_customer(shop: Shop, sandbox: SandboxServer) -> None:
    shop.subscribe(shop.customer(email="soon@example.com"), shop.price(interval="week"))
    late = shop.subscribe(shop.customer(email="late@example.com"))
    control = SandboxControl(sandbox.origin, KEY)
    for whose in (late.id, "late@example.com", str(late.customer)):
        journey = await plan(control, "next-renewal", whose=whose)
        assert journey.goal.timestamp() == START + 29 * DAY
    with pytest.raises(InvalidInput, match="none ahead"):
        await plan(control, "next-renewal", whose="nobody@example.com")
    with pytest.raises(InvalidInput, match="somebody"):
        await plan(control, "3d", whose=late.id)


async def test_a_clock_that_stops_on_the_way_says_so(
    visitor: httpx.AsyncClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.subscribe(shop.customer())
    advance_to = SandboxControl.advance_to

    async def break_down(self: SandboxControl, moment: datetime) -> list[dict[str, Any]]:
        if moment.timestamp() > START + 40 * DAY:
            raise httpx.ReadTimeout("too slow")
        return await advance_to(self, moment)

    monkeypatch.setattr(SandboxControl, "advance_to", break_down)
    page = (await _go(visitor, "1y")).text
    assert "The sandbox did not answer; the clock stopped on the way." in page
    assert "From 31 Jan 2024, 12:00 to 2 Mar 2024, 12:00" in page
    assert "Paid: 1" in page
