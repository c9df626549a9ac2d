"""How often one may ask, per address, IP and browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI

from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import ask, browser, newest_mail

ADA = "ada@example.com"


async def test_six_codes_a_minute_for_an_address_whoever_asks(app: FastAPI, clocks: Clocks) -> None:
    statuses = [(await ask(browser(app), ADA)).status_code for _ in range(7)]
    assert statuses == [303] * 6 + [429]
    refused = await ask(browser(app), "ADA@example.com", "/account/")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "Too many tries" in refused.text
    assert 'value="ADA@example.com"' in refused.text
    assert 'value="/account/"' in refused.text
    assert (await ask(browser(app), "eve@example.com")).status_code == 303
    clocks.wall.advance(timedelta(seconds=60))
    assert (await ask(browser(app), ADA)).status_code == 303


async def test_twelve_codes_an_hour_for_an_address(app: FastAPI, clocks: Clocks) -> None:
    statuses = []
    for _ in range(13):
        clocks.wall.advance(timedelta(minutes=2))
        statuses.append((await ask(browser(app), ADA)).status_code)
    assert statuses == [303] * 12 + [429]


async def test_proving_the_address_forgives_what_was_asked_before(app: FastAPI) -> None:
    for _ in range(20):
        client = browser(app)
        await ask(client, ADA)
        code = (await newest_mail(ADA)).code
        assert (await client.post("/auth/verify", data={"code": code})).status_code == 303


async def test_thirty_codes_an_hour_from_one_ip(app: FastAPI) -> None:
    statuses = [
        (await ask(browser(app, ip="203.0.113.7"), f"a{n}@example.com")).status_code
        for n in range(31)
    ]
    assert statuses == [303] * 30 + [429]
    assert (await ask(browser(app, ip="203.0.113.8"), "b@example.com")).status_code == 303


async def test_loopback_is_not_one_visitor_in_sandbox_mode(app: FastAPI) -> None:
    statuses = {(await ask(browser(app), f"a{n}@example.com")).status_code for n in range(40)}
    assert statuses == {303}


async def test_loopback_counts_with_a_stripe_key(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    get_settings.cache_clear()
    statuses = [(await ask(browser(app), f"a{n}@example.com")).status_code for n in range(31)]
    assert statuses[-1] == 429


async def test_a_whole_ipv6_network_is_one_visitor(app: FastAPI) -> None:
    statuses = [
        (await ask(browser(app, ip=f"2001:db8::{n:x}"), f"a{n}@example.com")).status_code
        for n in range(31)
    ]
    assert statuses[-1] == 429


async def test_guessing_is_limited_per_browser(app: FastAPI) -> None:
    client = browser(app)
    await ask(client, ADA)
    statuses = [
        (await client.post("/auth/verify", data={"code": "12"})).status_code for _ in range(31)
    ]
    assert statuses[-1] == 429
    assert 429 not in statuses[:30]


async def test_a_forged_forwarded_for_changes_nothing_without_a_proxy(app: FastAPI) -> None:
    statuses = [
        (
            await ask(
                browser(app, ip="203.0.113.7", **{"x-forwarded-for": f"198.51.100.{n}"}),
                f"a{n}@example.com",
            )
        ).status_code
        for n in range(31)
    ]
    assert statuses[-1] == 429
