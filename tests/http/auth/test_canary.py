"""Neither the code nor a token stands in the database or in a log line."""

from __future__ import annotations

import logging

import pytest
from fastapi import FastAPI
from sqlmodel import select

from portal_app.identity.codes import code_of, link_token_of
from portal_app.identity.models import LoginCode
from portal_app.kit.db import Database
from tests.contents import dump
from tests.http.auth.sign_in_client import ask, browser


async def test_no_secret_is_kept_or_logged(
    app: FastAPI,
    db: Database,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    client = browser(app)
    await ask(client, "ada@example.com")
    async with db.reading() as session:
        request = (await session.execute(select(LoginCode))).scalars().one()
    code, link = code_of(request.id), link_token_of(request.id)
    await client.get(f"/login/link/{link}/")
    wrong = "000000" if code != "000000" else "111111"
    await client.post("/auth/verify", data={"code": wrong})
    assert (await client.post("/auth/verify", data={"code": code})).status_code == 303
    secrets = [code, link, *client.cookies.values()]
    assert len(secrets) == 5
    kept = dump(database_url)
    assert request.link_digest in kept
    # The test's own HTTP client logs the URLs it calls; the portal's loggers are what counts.
    logged = "\n".join(
        str(record.__dict__) for record in caplog.records if record.name.startswith("portal_app")
    )
    assert "signed in" in logged
    for secret in secrets:
        assert secret not in kept
        assert secret not in logged
