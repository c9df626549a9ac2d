"""The sandbox mailbox as a page, as JSON and as HTML."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import Clocks
from tests.http.auth.sign_in_client import ask, browser, newest_mail


@pytest.fixture
def client(app: FastAPI) -> httpx.AsyncClient:
    return browser(app)


async def test_json_lists_the_mails_of_one_recipient_newest_first(
    client: httpx.AsyncClient, clocks: Clocks
) -> None:
    for email in ("ada@example.com", "eve@example.com", "ada@example.com"):
        await ask(client, email)
        await newest_mail(email)
        clocks.wall.advance(timedelta(minutes=1))
    answer = await client.get("/sandbox/mail.json", params={"to": "ada@example.com"})
    mails = answer.json()
    assert [mail["to"] for mail in mails] == ["ada@example.com"] * 2
    assert mails[0]["created_at"] > mails[1]["created_at"]
    assert set(mails[0]) == {"to", "subject", "text", "html", "created_at"}
    assert len((await client.get("/sandbox/mail.json")).json()) == 3


async def test_the_page_shows_the_code_and_a_link_to_follow(client: httpx.AsyncClient) -> None:
    await ask(client, "ada@example.com")
    mail = await newest_mail("ada@example.com")
    page = await client.get("/sandbox/mail/", params={"to": "ada@example.com"})
    assert mail.code in page.text
    assert f'href="http://localhost:3000/login/link/{mail.token}/"' in page.text
    empty = await client.get("/sandbox/mail/", params={"to": "<script>"})
    assert "No mail yet" in empty.text
    assert "<script>" not in empty.text


async def test_the_html_of_a_mail_may_do_nothing(client: httpx.AsyncClient) -> None:
    await ask(client, "ada@example.com")
    await newest_mail("ada@example.com")
    page = await client.get("/sandbox/mail/")
    path = page.text.partition('href="/sandbox/mail/')[2].partition('"')[0]
    html = await client.get(f"/sandbox/mail/{path}")
    assert html.status_code == 200
    assert "sandbox" in html.headers["content-security-policy"]
    assert (await client.get("/sandbox/mail/mail_unknown.html")).status_code == 404
