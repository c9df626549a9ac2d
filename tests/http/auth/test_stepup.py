"""Approving one thing by a code: bound to it and to the session, fresh, used once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from portal_app.identity.actor import Actor
from portal_app.identity.sessions import actor_of_event, find_actor, sealed
from portal_app.identity.stepup import (
    Approval,
    Purpose,
    StepUpRequired,
    approved_facts,
    ask_step_up,
    is_confirmed,
    require_step_up,
)
from portal_app.kit.db import Database
from portal_app.kit.errors import TooManyRequests
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import browser, code_mail, code_of, cookie_header, signed_in

ADA, EVE = "ada@example.com", "eve@example.com"
FACTS = {"membership": "Trading Room", "member_id": "mber_1", "recipient": "ben@example.com"}
APPROVAL = Approval(Purpose.TRANSFER, FACTS)
BACK = "/billing/manage/mber_1/transfer/"
MINUTE = timedelta(minutes=1)


async def actor_of(client: httpx.AsyncClient) -> Actor:
    actor = await find_actor(cookie_header(client))
    assert actor is not None
    return actor


async def asked(client: httpx.AsyncClient, clocks: Clocks) -> str:
    clocks.wall.advance(timedelta(seconds=1))
    return await ask_step_up(await actor_of(client), APPROVAL, back=BACK)


async def confirmed(client: httpx.AsyncClient, db: Database, clocks: Clocks) -> httpx.Response:
    page = await asked(client, clocks)
    return await client.post(page, data={"code": await code_of(ADA)})


async def do(db: Database, actor: Actor, approval: Approval = APPROVAL) -> None:
    async with db.unit_of_work() as session:
        await require_step_up(session, actor, approval)


async def test_nothing_is_done_without_it_nor_before_the_code(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    with pytest.raises(StepUpRequired) as refused:
        await do(db, await actor_of(client))
    assert refused.value.approval == APPROVAL
    page = await client.get(await asked(client, clocks))
    assert "Transfer Trading Room to ben@example.com" in page.text
    with pytest.raises(StepUpRequired):
        await do(db, await actor_of(client))


async def test_the_mail_names_what_is_approved_and_the_code_leads_back_with_the_facts(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    done = await confirmed(client, db, clocks)
    assert "Transfer Trading Room to ben@example.com" in await code_mail(ADA)
    assert done.status_code == 303
    path, _, step_up_id = done.headers["location"].partition("?approval=")
    assert path == BACK
    async with db.reading() as session:
        assert await approved_facts(session, await actor_of(client), step_up_id) == FACTS
    await do(db, await actor_of(client))


async def test_a_page_learns_that_it_is_confirmed_only_while_that_counts(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)

    async def stands(step_up_id: str) -> bool:
        async with db.reading() as session:
            return await is_confirmed(session, await actor_of(client), step_up_id)

    asked = await ask_step_up(await actor_of(client), APPROVAL, back=BACK)
    assert not await stands(asked.strip("/").rpartition("/")[2])
    for over in ("used", "old"):
        done = await confirmed(client, db, clocks)
        step_up_id = done.headers["location"].partition("?approval=")[2]
        assert await stands(step_up_id)
        if over == "used":
            await do(db, await actor_of(client))
        else:
            clocks.wall.advance(10 * MINUTE)
        assert not await stands(step_up_id)


async def test_a_confirmation_is_used_once_and_not_by_what_fails(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    await confirmed(client, db, clocks)
    actor = await actor_of(client)

    async def failing() -> None:
        async with db.unit_of_work() as session:
            await require_step_up(session, actor, APPROVAL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    await do(db, actor)
    with pytest.raises(StepUpRequired):
        await do(db, actor)


async def test_it_opens_nothing_else_for_nobody_else_and_not_for_long(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    elsewhere = await signed_in(app, ADA)
    await confirmed(client, db, clocks)
    actor = await actor_of(client)
    other = Approval(Purpose.TRANSFER, {**FACTS, "recipient": EVE})
    strangers = [await actor_of(eve), await actor_of(elsewhere)]
    for who, approval in ((actor, other), *((one, APPROVAL) for one in strangers)):
        with pytest.raises(StepUpRequired):
            await do(db, who, approval)
    clocks.wall.advance(10 * MINUTE)
    with pytest.raises(StepUpRequired):
        await do(db, actor)


async def test_the_session_goes_on_under_another_token(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    stolen, before = cookie_header(client), await actor_of(client)
    await confirmed(client, db, clocks)
    assert await find_actor(stolen) is None
    assert await actor_of_event(sealed(stolen), active=True) is None
    assert await actor_of(client) == before


@pytest.mark.parametrize("which", ["another person's", "another session's", "unknown"])
async def test_only_its_own_session_sees_it_or_can_try_its_code(
    app: FastAPI, db: Database, clocks: Clocks, which: str
) -> None:
    client = await signed_in(app, ADA)
    stranger = await signed_in(app, EVE if which == "another person's" else ADA)
    page = await asked(client, clocks)
    code = await code_of(ADA)
    path = "/account/confirm/stpu_unknown/" if which == "unknown" else page
    answers = [
        await stranger.get(path),
        await stranger.post(path, data={"code": code}),
        await stranger.post(f"{path}again/", data={"x": "x"}),
    ]
    assert [one.status_code for one in answers] == [404, 404, 404]
    assert len({one.text.replace(path, "") for one in answers}) == 1
    assert "Trading Room" not in answers[0].text
    assert (await client.post(page, data={"code": code})).status_code == 303


async def test_signed_out_it_asks_to_sign_in(app: FastAPI, clocks: Clocks) -> None:
    page = await asked(await signed_in(app, ADA), clocks)
    for answer in (await browser(app).get(page), await browser(app).post(page, data={"code": "1"})):
        assert answer.headers["location"] == f"/login/?next={page}"


async def test_five_wrong_tries_end_a_code_and_a_new_one_ends_the_old(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    page = await asked(client, clocks)
    old = await code_of(ADA)
    wrong = {"code": "000000" if old != "000000" else "111111"}
    statuses = [(await client.post(page, data=wrong)).status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 400, 410]
    assert (await client.post(page, data={"code": old})).status_code == 410
    clocks.wall.advance(timedelta(seconds=1))
    assert (await client.post(f"{page}again/", data={"x": "x"})).status_code == 303
    new = await code_of(ADA)
    assert new != old
    assert (await client.post(page, data={"code": old})).status_code == 400
    assert (await client.post(f"{page}again/", data={"x": "x"})).status_code == 429
    assert (await client.post(page, data={"code": new})).status_code == 303


async def test_asking_again_for_the_same_sends_nothing_and_much_is_too_much(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    assert await asked(client, clocks) == await asked(client, clocks)
    actor = await actor_of(client)

    def about(number: int) -> Approval:
        facts: Mapping[str, str] = {**FACTS, "recipient": f"b{number}@example.com"}
        return replace(APPROVAL, facts=facts)

    for number in range(5):
        await ask_step_up(actor, about(number), back=BACK)
    with pytest.raises(TooManyRequests):
        await ask_step_up(actor, about(5), back=BACK)
