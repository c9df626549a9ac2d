"""The sign-in routes without Reflex, and browsers (cookie jars) that use them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import select

from portal_app.demo.mailbox import mailbox_router
from portal_app.identity.account_routes import router as account_router
from portal_app.identity.oidc.routes import router as oidc_router
from portal_app.identity.routes import router
from portal_app.identity.stepup.routes import router as step_up_router
from portal_app.jobs.queues import mail_loop
from portal_app.kit import clock
from portal_app.kit.clock import FrozenClock
from portal_app.kit.db import database
from portal_app.notifications.models import SandboxMail
from portal_app.settings import get_settings
from portal_app.transfers.routes import router as transfer_router
from tests.draining import drain_all

ORIGIN = "http://localhost:3000"


def application() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    app.include_router(step_up_router)
    app.include_router(oidc_router)
    app.include_router(account_router)
    app.include_router(transfer_router)
    app.include_router(mailbox_router())
    return app


def browser(app: FastAPI, *, ip: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
    """A browser with an empty cookie jar."""
    transport = httpx.ASGITransport(app, client=(ip, 40000))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


async def ask(
    client: httpx.AsyncClient, email: str, next_path: str = "/orders/", **more: str
) -> Any:
    """Ask for a code; the frozen clock moves on a little, so that “newest” has a meaning."""
    wall = clock._installed.wall
    if isinstance(wall, FrozenClock):
        wall.advance(timedelta(milliseconds=1))
    return await client.post("/auth/code", data={"email": email, "next": next_path, **more})


@dataclass
class Arrived:
    """The code and the link's token of a mail."""

    code: str
    token: str


async def _mails(to: str) -> Sequence[SandboxMail]:
    await drain_all(mail_loop(get_settings()))
    query = select(SandboxMail).where(SandboxMail.recipient == to)
    async with database().reading() as session:
        return (await session.scalars(query)).all()


async def mails_to(to: str) -> str:
    """The texts of all of them."""
    return "\n".join(mail.text for mail in await _mails(to))


async def code_mail(to: str) -> str:
    """The text of the newest mail that carries a code."""
    mails = [mail for mail in await _mails(to) if re.search(r"\b\d{6}\b", mail.subject)]
    return max(mails, key=lambda mail: mail.created_at).text


async def code_of(to: str) -> str:
    found = re.search(r"\b\d{6}\b", await code_mail(to))
    assert found is not None
    return found[0]


async def newest_mail(to: str) -> Arrived:
    """What the newest mail that signs in carries; those that confirm a step carry a code alone."""
    mails = [mail for mail in await _mails(to) if "/login/link/" in mail.text]
    text = max(mails, key=lambda mail: mail.created_at).text
    code, token = re.search(r"\b\d{6}\b", text), re.search(r"/login/link/([^/\s]+)/", text)
    assert code is not None
    assert token is not None
    return Arrived(code[0], token[1])


async def signed_in(app: FastAPI, email: str, **options: str) -> httpx.AsyncClient:
    client = browser(app, **options)
    await ask(client, email)
    code = (await newest_mail(email)).code
    done = await client.post("/auth/verify", data={"code": code, "email": email})
    assert done.status_code == 303, done.text
    return client


async def verify(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await client.post("/auth/verify", data=form)


def cookie_header(client: httpx.AsyncClient) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())
