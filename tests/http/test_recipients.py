"""Who else gets receipts: the list's rules, the invitation, and the recipient's two pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from portal_app.identity.actor import Actor
from portal_app.identity.errors import InvalidAddress
from portal_app.identity.models import Person
from portal_app.invoices.recipients.errors import (
    AlreadyRecipient,
    OwnAddress,
    RecipientNotFound,
    TooManyRecipients,
)
from portal_app.invoices.recipients.models import ReceiptRecipient
from portal_app.invoices.recipients.routes import router
from portal_app.invoices.recipients.rules import link_token_of
from portal_app.invoices.recipients.service import (
    agreed_recipients,
    invite,
    invite_again,
    list_recipients,
    remove,
)
from portal_app.jobs.queues import mail_loop
from portal_app.kit.db import Database
from portal_app.kit.errors import TooManyRequests
from portal_app.kit.limits import counter_at
from portal_app.notifications.models import OutboxMessage, SandboxMail
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.draining import drain_all
from tests.factories import actor_of, make_person
from tests.http.auth.sign_in_client import browser

BOOKS = "books@accountants.example"
DAY = timedelta(days=1)


@pytest.fixture
async def people(db: Database, clocks: Clocks, settings: Any) -> list[Actor]:
    async with db.unit_of_work() as session:
        made: list[tuple[Person, str]] = [
            (await make_person(session, email), email)
            for email in ("ada@example.com", "ben@example.com")
        ]
    return [actor_of(person, email) for person, email in made]


@pytest.fixture
def ada(people: list[Actor]) -> Actor:
    return people[0]


@pytest.fixture
def ben(people: list[Actor]) -> Actor:
    return people[1]


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    async with browser(app) as client:
        yield client


async def rows(db: Database, actor: Actor) -> list[ReceiptRecipient]:
    async with db.reading() as session:
        return list(await list_recipients(session, actor))


async def receiving(db: Database, actor: Actor) -> list[str]:
    async with db.reading() as session:
        return [one.address for one in await agreed_recipients(session, [actor.person_id])]


async def mails(db: Database) -> list[SandboxMail]:
    await drain_all(mail_loop(get_settings()))
    async with db.reading() as session:
        return list((await session.scalars(select(SandboxMail))).all())


async def path_of(db: Database, actor: Actor) -> str:
    (row,) = await rows(db, actor)
    return f"/recipients/{link_token_of(row.id)}/"


async def test_nobody_gets_anything_before_they_agree(
    db: Database, ada: Actor, ben: Actor, client: httpx.AsyncClient
) -> None:
    assert await invite(db, ada, f" {BOOKS} ") == BOOKS
    (mail,) = await mails(db)
    path = await path_of(db, ada)
    assert (mail.recipient, mail.subject) == (BOOKS, "Receipts of ada@example.com")
    assert f"{get_settings().origin}{path}" in mail.text
    assert path in mail.html
    for method in ("GET", "HEAD", "GET"):
        assert (await client.request(method, path)).status_code == 200
    assert await receiving(db, ada) == []  # looking is not agreeing
    done = await client.post(path, data={"": ""})
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert await receiving(db, ada) == [BOOKS]
    assert "You get the receipts" in (await client.get(path)).text
    assert (await client.post(path, data={"": ""})).status_code == 303  # once more is no error
    assert await receiving(db, ben) == []


async def test_the_recipient_stops_whenever_they_like(
    db: Database, ada: Actor, clocks: Clocks, client: httpx.AsyncClient
) -> None:
    await invite(db, ada, BOOKS)
    path = await path_of(db, ada)
    await client.post(path, data={"": ""})
    clocks.wall.advance(400 * DAY)
    assert BOOKS in (await client.get(f"{path}stop/")).text
    assert await receiving(db, ada) == [BOOKS]
    for _ in range(2):
        assert (await client.post(f"{path}stop/", data={"": ""})).status_code == 303
    assert "No more receipts" in (await client.get(f"{path}stop/")).text
    assert (await receiving(db, ada), await rows(db, ada)) == ([], [])
    assert (await client.post(path, data={"": ""})).status_code == 404  # no way back by old mail


async def test_links_that_are_over_answer_like_links_that_never_were(
    db: Database, ada: Actor, clocks: Clocks, client: httpx.AsyncClient
) -> None:
    await invite(db, ada, BOOKS)
    path, answers = await path_of(db, ada), []
    clocks.wall.advance(7 * DAY)
    answers.append(await client.get(path))
    answers.append(await client.post(path, data={"": ""}))
    await remove(db, ada, (await rows(db, ada))[0].id)
    answers.append(await client.get(path))
    answers += [await client.get(f"/recipients/{forged}/") for forged in ("x", "0" * 64, "%00")]
    answers.append(await client.post("/recipients/x/stop/", data={"": ""}))
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    assert str(answers[0].request.url.path) not in answers[0].text
    assert await receiving(db, ada) == []


async def test_an_invitation_lasts_seven_days_and_can_be_sent_again(
    db: Database, ada: Actor, clocks: Clocks, client: httpx.AsyncClient
) -> None:
    await invite(db, ada, BOOKS)
    clocks.wall.advance(8 * DAY)
    assert await mails(db) == []  # it would have been useless
    await invite_again(db, ada, (await rows(db, ada))[0].id)
    assert len(await mails(db)) == 1
    await client.post(await path_of(db, ada), data={"": ""})
    assert await receiving(db, ada) == [BOOKS]
    with pytest.raises(AlreadyRecipient):
        await invite_again(db, ada, (await rows(db, ada))[0].id)


async def test_what_was_taken_back_sends_nothing(db: Database, ada: Actor) -> None:
    await invite(db, ada, BOOKS)
    await remove(db, ada, (await rows(db, ada))[0].id)
    assert await mails(db) == []


async def test_a_foreign_recipient_answers_like_an_unknown_one(
    db: Database, ada: Actor, ben: Actor
) -> None:
    await invite(db, ada, BOOKS)
    theirs = (await rows(db, ada))[0].id
    for forged in (theirs, "rcpt_nobody", "", None, 7):
        for change in (remove, invite_again):
            with pytest.raises(RecipientNotFound):
                await change(db, ben, forged)
    assert len(await rows(db, ada)) == 1


async def test_an_address_is_on_the_list_once(db: Database, ada: Actor, ben: Actor) -> None:
    await invite(db, ada, BOOKS)
    with pytest.raises(AlreadyRecipient):
        await invite(db, ada, BOOKS.upper())
    with pytest.raises(OwnAddress):
        await invite(db, ada, "Ada@Example.com")
    await invite(db, ben, BOOKS)
    await remove(db, ada, (await rows(db, ada))[0].id)
    await invite(db, ada, BOOKS)
    assert [len(await rows(db, one)) for one in (ada, ben)] == [1, 1]


@pytest.mark.parametrize(
    "typed", ["", "books@", "a@b.example\nBcc: x@y.example", "straße@x.example\r", "x" * 300]
)
async def test_what_is_no_address_gets_no_mail(db: Database, ada: Actor, typed: str) -> None:
    with pytest.raises(InvalidAddress):
        await invite(db, ada, typed)
    assert await rows(db, ada) == []


async def test_five_at_the_most(db: Database, ada: Actor) -> None:
    for number in range(5):
        await invite(db, ada, f"books{number}@accountants.example")
    with pytest.raises(TooManyRecipients):
        await invite(db, ada, BOOKS)
    await remove(db, ada, (await rows(db, ada))[0].id)
    await invite(db, ada, BOOKS)


async def test_a_strangers_mailbox_can_not_be_filled(
    db: Database, ada: Actor, ben: Actor, clocks: Clocks
) -> None:
    """Three invitations a day to an address, whoever asks; ten by a person, whomever they ask."""
    for actor in (ada, ben, ada):
        await invite(db, actor, BOOKS)
        await remove(db, actor, (await rows(db, actor))[0].id)
    with pytest.raises(TooManyRequests):
        await invite(db, ben, BOOKS)
    clocks.wall.advance(DAY)
    await invite(db, ben, BOOKS)
    sent = 1
    for number in range(20):
        for row in await rows(db, ben):
            await remove(db, ben, row.id)
        with suppress(TooManyRequests):
            await invite(db, ben, f"books{number}@accountants.example")
            sent += 1
    assert sent == 10


async def test_mails_say_it_in_the_language_of_whoever_invites(
    db: Database, people: list[Actor]
) -> None:
    anna = actor_of(Person(id=people[0].person_id, name="Anna"), locale="de")  # type: ignore[call-arg]
    await invite(db, anna, BOOKS)
    (mail,) = await mails(db)
    assert mail.subject == "Belege von ada@example.com"
    assert "Der Link gilt 7 Tage." in mail.text
    async with db.reading() as session:
        (message,) = (await session.scalars(select(OutboxMessage))).all()
    assert set(message.payload) == {"recipient_id"}
