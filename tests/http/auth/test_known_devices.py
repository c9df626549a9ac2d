"""Which browsers an account has been signed in with: who is told of one, and who is forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI, Response
from sqlalchemy import delete, update

from portal_app.identity import known_devices
from portal_app.identity.account import read_account
from portal_app.identity.cookies import keep_device
from portal_app.identity.models import Device, Identity, LoginSession
from portal_app.identity.sessions import find_actor
from portal_app.identity.views import account_view
from portal_app.kit.db import Database
from portal_app.settings import get_settings
from portal_app.transfers.links import stop_path_of
from tests.conftest import Clocks
from tests.factories import make_membership
from tests.http.auth.oidc_client import came, offer
from tests.http.auth.sign_in_client import (
    ask,
    browser,
    code_of,
    cookie_header,
    mails_to,
    newest_mail,
    signed_in,
    verify,
)
from tests.http.auth.test_emails import actor_of, added, changed
from tests.http.auth.test_undo import undo_link
from tests.oidc_server import OidcServer, oidc_server
from tests.rows import all_of
from tests.transfer_factories import make_transfer

ADA, BO = "ada@example.com", "bo@example.com"
FIREFOX = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
DEVICE = "portal_device"


async def times_told(email: str) -> int:
    return (await mails_to(email)).count("that we haven't seen before: Firefox on Windows")


async def by_code(client: httpx.AsyncClient, email: str = ADA) -> None:
    await ask(client, email)
    assert (await verify(client, code=(await newest_mail(email)).code)).status_code == 303


async def by_link(client: httpx.AsyncClient) -> None:
    await ask(client, ADA)
    assert (await verify(client, token=(await newest_mail(ADA)).token)).status_code == 303


async def again(client: httpx.AsyncClient) -> int:
    """Sign in with it once more; how many mails tell of that."""
    before = await times_told(ADA)
    await client.post("/auth/logout")
    await by_code(client)
    return await times_told(ADA) - before


@pytest.fixture
def op(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcServer]:
    with oidc_server() as provider:
        offer(monkeypatch, "op", issuer=provider.issuer)
        yield provider


@pytest.mark.parametrize("way", ["code", "link", "service"])
async def test_a_second_browser_of_the_same_kind_is_told_of_once(
    app: FastAPI, db: Database, clocks: Clocks, op: OidcServer, way: str
) -> None:
    async def by_service(client: httpx.AsyncClient) -> None:
        assert (await came(client, op, sub="ada")).headers["location"] == "/account/"

    here = await signed_in(app, ADA, **FIREFOX)
    actor = await find_actor(cookie_header(here))
    assert actor is not None
    linked = {"provider": "op", "issuer": op.issuer, "subject": "ada"}
    async with db.unit_of_work() as session:
        at = (await all_of(db, Device))[0].first_seen_at
        session.add(Identity(person_id=actor.person_id, created_at=at, **linked))
    enter = {"code": by_code, "link": by_link, "service": by_service}[way]
    there = browser(app, **FIREFOX)
    for client, told in ((here, 0), (there, 1), (there, 1), (here, 1)):
        clocks.wall.advance(timedelta(minutes=1))
        await client.post("/auth/logout")
        await enter(client)
        assert await times_told(ADA) == told
    assert "a private window, or a browser whose cookies were deleted, is always new to us" in (
        await mails_to(ADA)
    )


async def test_what_is_known_for_one_account_is_not_for_another(app: FastAPI, db: Database) -> None:
    await signed_in(app, BO, **FIREFOX)
    shared = await signed_in(app, ADA, **FIREFOX)
    await by_code(shared, BO)
    assert [await times_told(one) for one in (ADA, BO)] == [0, 1]
    await by_code(shared, ADA)
    await by_code(shared, BO)
    assert [await times_told(one) for one in (ADA, BO)] == [0, 1]
    rows = await all_of(db, Device)
    assert len({one.token_digest for one in rows}) == len(rows) == 3
    assert shared.cookies[DEVICE] not in str(rows)


async def test_the_cookie_comes_with_the_sign_in_stays_and_opens_nothing(app: FastAPI) -> None:
    client = browser(app)
    assert DEVICE not in (await ask(client, ADA)).headers["set-cookie"]
    await by_code(client)
    kept = client.cookies[DEVICE]
    assert len(kept) == 43
    await client.post("/auth/logout")
    assert [*client.cookies] == ["portal_browser", DEVICE]
    assert await find_actor(cookie_header(client)) is None
    assert await find_actor(f"portal_session={kept}") is None
    await by_code(client)
    assert client.cookies[DEVICE] == kept
    forged = browser(app)
    forged.cookies.set(DEVICE, "x", domain="localhost.local")
    await by_code(forged)
    assert len(forged.cookies[DEVICE]) == 43


def test_on_https_it_is_bound_to_the_host_for_400_days(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_ORIGIN", "https://billing.example.com")
    get_settings.cache_clear()
    answer = Response()
    keep_device(answer, "x")
    line = answer.headers["set-cookie"].split("; ")
    assert line[0] == "__Host-portal_device=x"
    assert {"HttpOnly", "Max-Age=34560000", "Path=/", "SameSite=lax", "Secure"} == set(line[1:])


async def test_accounts_from_before_are_told_by_kind_until_a_device_is_known(
    app: FastAPI, db: Database
) -> None:
    await signed_in(app, ADA, **FIREFOX)
    async with db.unit_of_work() as session:
        await session.execute(delete(Device))
        await session.execute(update(LoginSession).values(device_id=""))
    await signed_in(app, ADA, **FIREFOX)
    assert await times_told(ADA) == 0
    await signed_in(app, ADA, **FIREFOX)
    assert await times_told(ADA) == 1


async def test_of_a_kind_that_was_thrown_out_each_is_told_of(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """Both sessions are from before; in the browser of one, an intruder."""
    here, there = [await signed_in(app, ADA, **FIREFOX) for _ in range(2)]
    async with db.unit_of_work() as session:
        await session.execute(delete(Device))
        await session.execute(update(LoginSession).values(device_id=""))
    await end_one(Case(db, clocks, here, there))
    assert await again(there) == 1


@dataclass
class Case:
    """Ada's two browsers; *here* is the one that ends."""

    db: Database
    clocks: Clocks
    here: httpx.AsyncClient
    there: httpx.AsyncClient


async def end_one(case: Case) -> None:
    ended = (await actor_of(case.there)).session_id
    done = await case.here.post(f"/account/sessions/{ended}/end/", data={"x": "x"})
    assert done.headers["location"] == "/account/"


async def end_others(case: Case) -> None:
    asked = await case.here.post("/account/sessions/end-others/", data={"x": "x"})
    await case.here.post(asked.headers["location"], data={"code": await code_of(ADA)})


async def end_all(case: Case) -> None:
    await case.here.post("/auth/logout-everywhere")


async def undo(case: Case) -> None:
    """The primary address is as before."""
    await added(case.here, case.clocks)
    await changed(case.here, case.db, case.clocks, "primary")
    await by_mail(case, await undo_link(ADA))


async def not_me(case: Case) -> None:
    """What was offered in Ada's name is stopped."""
    person_id = (await actor_of(case.here)).person_id
    async with case.db.unit_of_work() as session:
        held = await make_membership(session)
        transfer = await make_transfer(session, held, person_id=person_id)
    await by_mail(case, stop_path_of(transfer.id))


async def by_mail(case: Case, link: str) -> None:
    """The browser that follows it is cleared of the session that was ended."""
    done = await case.here.post(link, data={})
    assert done.status_code < 400, done.text
    assert done.headers["clear-site-data"] == '"storage"'
    assert "portal_session" not in case.here.cookies


@pytest.mark.parametrize("way", ["one", "others"])
async def test_whoever_left_before_being_thrown_out_is_told_of_all_the_same(
    app: FastAPI, db: Database, clocks: Clocks, way: str
) -> None:
    """In and out at once, or while the owner's page still shows the session."""

    async def offered() -> bool:
        async with db.reading() as session:
            return account_view(owner.reader, owner, await read_account(session, owner)).several

    here, there = [await signed_in(app, ADA, **FIREFOX) for _ in range(2)]
    owner, other = [await actor_of(one) for one in (here, there)]
    await there.post("/auth/logout")
    clocks.wall.advance(timedelta(minutes=1))
    assert await offered()
    if way == "one":
        path = f"/account/sessions/{other.session_id}/end/"
        assert (await here.post(path, data={"x": "x"})).status_code == 404
    else:
        await end_others(Case(db, clocks, here, there))
    assert not await offered()
    assert (await again(here), await again(there)) == (0, 1)


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (end_one, (0, 1)),
        (end_others, (0, 1)),
        (end_all, (1, 1)),
        (undo, (1, 1)),
        (not_me, (1, 1)),
    ],
)
async def test_whoever_was_thrown_out_is_told_of_when_they_come_back(
    app: FastAPI,
    db: Database,
    clocks: Clocks,
    end: Callable[[Case], Awaitable[None]],
    told: tuple[int, int],
) -> None:
    here, there, bo = [await signed_in(app, one, **FIREFOX) for one in (ADA, ADA, BO)]
    clocks.wall.advance(timedelta(minutes=1))
    await end(Case(db, clocks, here, there))
    assert (await again(here), await again(there)) == told
    await by_code(bo, BO)
    assert await times_told(BO) == 0


async def test_a_stranger_who_follows_the_link_of_a_mail_keeps_their_session(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    here, bo = [await signed_in(app, one, **FIREFOX) for one in (ADA, BO)]
    await added(here, clocks)
    await changed(here, db, clocks, "primary")
    done = await bo.post(await undo_link(ADA), data={})
    assert "clear-site-data" not in done.headers
    assert (await actor_of(bo)).email == BO


async def test_the_longest_unused_make_room(
    app: FastAPI, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_devices, "MOST_DEVICES", 2)
    bo, first, second = [await signed_in(app, one, **FIREFOX) for one in (BO, ADA, ADA)]
    assert await again(first) == 0
    await signed_in(app, ADA, **FIREFOX)
    assert (await again(first), await again(second)) == (0, 1)
    await by_code(bo, BO)
    assert await times_told(BO) == 0
    assert len(await all_of(db, Device)) == 3
