"""What the sign-in mail says, in both forms and both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from portal_app.identity.codes import code_of, link_token_of
from portal_app.identity.models import LoginCode
from portal_app.identity.service import request_code
from portal_app.kit.db import Database
from portal_app.notifications.mails import Mail, NothingToSend, render, write_mail
from portal_app.notifications.models import OutboxMessage
from tests.conftest import Clocks


async def asked(db: Database, locale: str = "en") -> tuple[LoginCode, OutboxMessage]:
    async with db.unit_of_work() as session:
        request = await request_code(
            session,
            address="ada@example.com",
            browser_token="b",
            next_path="/orders/",
            locale=locale,
        )
        message = (await session.execute(select(OutboxMessage))).scalars().one()
    return request, message


async def test_the_mail_holds_code_and_link_and_says_when_and_how_long(
    clocks: Clocks, settings: Any, db: Database
) -> None:
    request, message = await asked(db)
    mail = await write_mail(message)
    code = code_of(request.id)
    link = f"http://localhost:3000/login/link/{link_token_of(request.id)}/"
    assert mail.subject == f"Your sign-in code: {code}"
    for form in (mail.text, mail.html):
        assert code in form
        assert link in form
        assert "16 Nov 2026, 09:30 UTC" in form
        assert "10 minutes" in form
    assert re.findall(r"\b\d{6}\b", mail.text) == [code]
    assert "{" not in mail.text
    assert message.payload == {"login_code_id": request.id}


async def test_the_mail_speaks_the_language_of_who_asked(
    clocks: Clocks, settings: Any, db: Database
) -> None:
    _, message = await asked(db, "de")
    mail = await write_mail(message)
    assert mail.subject.startswith("Ihr Anmelde-Code: ")
    assert "16. November 2026" in mail.text or "16 November 2026" in mail.text
    assert '<html lang="de"' in mail.html


async def test_a_code_that_is_over_is_not_sent(clocks: Clocks, settings: Any, db: Database) -> None:
    _, message = await asked(db)
    clocks.wall.advance(timedelta(minutes=10))
    with pytest.raises(NothingToSend):
        await write_mail(message)


def test_values_are_escaped_in_html_and_subjects_are_one_line(settings: Any) -> None:
    mail: Mail = render(
        "sign_in_code",
        "en",
        subject="one\r\ntwo",
        code="<b>",
        link="l",
        linking="",
        asked_at="&",
        minutes=10,
    )
    assert mail.subject == "one two"
    assert "&lt;b&gt;" in mail.html
    assert "<b>" in mail.text
