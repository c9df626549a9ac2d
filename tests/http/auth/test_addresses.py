"""Which addresses may ask for a code, and whose mailbox each one is."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from portal_app.identity.models import EmailAddress, LoginCode
from portal_app.kit.db import Database
from tests.http.auth.sign_in_client import ask, browser, newest_mail, signed_in, verify
from tests.rows import all_of

ADA = "ada@example.com"


async def test_a_mistyped_address_is_kept_and_explained(app: FastAPI, db: Database) -> None:
    client = browser(app)
    page = await ask(client, 'ada@@"example', "/account/")
    assert page.status_code == 400
    assert "<title>Error: Sign in</title>" in page.text
    assert 'value="ada@@&#34;example"' in page.text
    assert 'aria-invalid="true" aria-describedby="error"' in page.text
    assert 'name="next" value="/account/"' in page.text
    assert await all_of(db, LoginCode) == []


@pytest.mark.parametrize(
    "address",
    ["ada@example.com\nBcc: eve@example.com", "ada@example.com\r\n\r\nhello", "a" * 300 + "@b.co"],
)
async def test_an_address_carries_no_headers(app: FastAPI, db: Database, address: str) -> None:
    assert (await ask(browser(app), address)).status_code == 400
    assert await all_of(db, LoginCode) == []


@pytest.mark.parametrize("lookalike", ["ａda@example.com", "straße@example.com", "ﬁona@b.example"])
async def test_an_address_that_folds_into_another_mailbox_is_refused(
    app: FastAPI, db: Database, lookalike: str
) -> None:
    assert (await ask(browser(app), lookalike)).status_code == 400
    assert await all_of(db, LoginCode) == []
    assert (await verify(browser(app), code="123456", email=lookalike)).status_code == 400


async def test_letters_of_other_scripts_are_letters(app: FastAPI, db: Database) -> None:
    await signed_in(app, "JÖRG@example.com")
    client, composed = browser(app), "jörg@example.com"
    await ask(client, "jo\u0308rg@example.com")
    assert (await verify(client, code=(await newest_mail(composed)).code)).status_code == 303
    assert [one.address_key for one in await all_of(db, EmailAddress)] == [composed]


async def test_a_code_for_an_impossible_address_is_refused(app: FastAPI) -> None:
    client = browser(app)
    await ask(client, ADA)
    for email in ("nonsense", "ada\0@example.com", "x" * 300):
        assert (await verify(client, code="123456", email=email)).status_code == 400
