"""A company with two members, and a browser without JavaScript that nobody is signed in with."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from portal_app.declarations.models import Declaration
from portal_app.declarations.routes import router
from portal_app.identity.models import Person
from portal_app.identity.sessions import session_cookie, start_session
from portal_app.jobs.queues import mail_loop
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Cancellation
from portal_app.notifications.models import SandboxMail
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.draining import drain_all
from tests.factories import (
    NOW,
    PERIOD_END,
    HeldMembership,
    make_company,
    make_membership,
    make_person,
    make_plan,
    make_product,
)
from tests.http.auth.sign_in_client import browser
from tests.rows import added

ADA, BEN, NOBODY = "ada@example.com", "ben@example.com", "zoe@example.com"
TYPED = {"name": "Ada Lovelace", "contract": "Trading Room", "how": "ordinary", "grounds": ""}


class World:
    """Ada and Ben hold a membership each of the one company; Ada cancelled hers by the page."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.people: dict[str, Person] = {}
        self.held: dict[str, HeldMembership] = {}
        self.cookies: dict[str, str] = {}
        self.cancelled = ""

    async def declarations(self) -> list[Declaration]:
        async with self.db.reading() as session:
            found = await session.scalars(select(Declaration).order_by(Declaration.asked_at))
            return list(found)

    async def mails(self, to: str) -> list[SandboxMail]:
        await drain_all(mail_loop(get_settings()))
        async with self.db.reading() as session:
            statement = select(SandboxMail).where(SandboxMail.recipient == to)
            return list(await session.scalars(statement))


@pytest.fixture
async def world(db: Database, clocks: Clocks, settings: Any) -> World:
    made = World(db)
    async with db.unit_of_work() as session:
        company = await make_company(session, title="Acme <b>", route="acme")
        plan = await make_plan(session, await make_product(session, company))
        for email in (ADA, BEN):
            person = await make_person(session, email)
            made.people[email] = person
            made.held[email] = await make_membership(session, person, plan=plan)
            token = await start_session(session, person_id=person.id, user_agent="t", now=NOW)
            made.cookies[email] = f"{session_cookie()}={token}"
        held = made.held[ADA]
        noted = Cancellation(
            membership_id=held.membership.id,
            member_id=held.member.id,
            intent_id="itn_1",
            source="page",
            asked_at=NOW,
            ends_at=PERIOD_END,
        )
        made.cancelled = (await added(session, noted)).id
    return made


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    async with browser(app, ip="203.0.113.7") as client:
        yield client


async def sent(
    client: httpx.AsyncClient, email: str = ADA, path: str = "/cancel/acme/", **over: str
) -> httpx.Response:
    return await client.post(path, data={**TYPED, "email": email, **over})


def without_what_differs(page: str, email: str) -> str:
    page = re.sub(r"[CW]-[0-9A-Z]{4}-[0-9A-Z]{4}|decl_\w+|token=\w+", "…", page)
    return page.replace(email, "…")
