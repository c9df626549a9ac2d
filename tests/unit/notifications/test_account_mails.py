"""What each mail about the account itself says, in both forms and both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import pytest
from sqlmodel import select

from portal_app.identity.notices import AccountNotice, append_notice
from portal_app.kit.db import Database
from portal_app.notifications.mails import write_mail
from portal_app.notifications.models import OutboxMessage
from tests.conftest import Clocks
from tests.factories import make_person
from tests.unit.notifications.golden_mails import assert_golden

FACTS: Final = {
    "account": "ada-l <b>",
    "days": "7",
    "device": "Firefox on Linux",
    "email": "ada@work.example",
    "new": "ada@work.example",
    "old": "ada@example.com",
    "provider": "GitHub",
}


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("notice", AccountNotice)
async def test_it_says_what_changed_and_what_to_do_about_it(
    clocks: Clocks, settings: Any, db: Database, notice: AccountNotice, locale: str
) -> None:
    undone = "echg_1" if notice is AccountNotice.PRIMARY_CHANGED else ""
    async with db.unit_of_work() as session:
        ada = await make_person(session, locale=locale)
        await append_notice(session, ada.id, notice, FACTS, change_id=undone)
        message = (await session.execute(select(OutboxMessage))).scalars().one()
    mail = await write_mail(message)
    text, html = (re.sub(r"/undo/[-\w]+/", "/undo/…/", form) for form in (mail.text, mail.html))
    assert ("/undo/" in text, "/undo/" in html) == (bool(undone), bool(undone))
    assert_golden(f"account_{notice}.{locale}", replace(mail, text=text, html=html))
