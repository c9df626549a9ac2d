"""What mails about declarations say, to the letter, and when there is nothing to say any more."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlmodel import col

from portal_app.declarations.models import DeclarationKind, Finding
from portal_app.identity.models import EmailAddress, Person
from portal_app.kit.db import Database
from portal_app.notifications.mails import NothingToSend, write_mail
from portal_app.notifications.models import OutboxMessage
from portal_app.ui.catalogue import LOCALES
from tests.conftest import Clocks
from tests.factories import NOW, PERIOD_END, make_declaration, make_membership, make_person
from tests.unit.notifications.golden_mails import assert_golden

WITHDRAWAL = {"kind": DeclarationKind.WITHDRAWAL, "reference": "W-7F3K-9QXM"}
SUMS = {
    "currency": "USD",
    "paid_minor": 2900,
    "kept_minor": 966,
    "back_minor": 1934,
    "until": "2026-11-21T00:00:00+00:00",
}
SCHEDULED = {"finding": Finding.SCHEDULED, "takes_effect_at": PERIOD_END}
IN_TIME = {**WITHDRAWAL, "finding": Finding.IN_TIME, "refund": SUMS, "takes_effect_at": NOW}
BY_ITSELF = {**IN_TIME, "refund": {**SUMS, "automatic_at": "2026-11-17T09:30:00+00:00"}}
GOOD_CAUSE = {"extraordinary": True, "grounds": "See https://evil.example: it never came."}
SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "declared": ("declaration_received", GOOD_CAUSE),
    "declared_withdrawal": ("declaration_received", WITHDRAWAL),
    "declared_ends": ("declaration_on_file", SCHEDULED),
    "declared_refund": ("declaration_on_file", IN_TIME),
    "declared_by_itself": ("declaration_on_file", BY_ITSELF),
    "declared_late": (
        "declaration_on_file",
        {**IN_TIME, "finding": Finding.TOO_LATE, "takes_effect_at": None},
    ),
    "declared_failed": ("declaration_failed", {**SCHEDULED, "finding": Finding.REFUSED}),
    "declared_unrefunded": (
        "declaration_failed",
        {**IN_TIME, "finding": Finding.REFUSED, "refund": {**SUMS, "unrefunded_minor": 1934}},
    ),
    "declared_waits": ("declaration_for_seller", IN_TIME),
}


async def message(db: Database, kind: str, locale: str, over: dict[str, Any]) -> OutboxMessage:
    async with db.unit_of_work() as session:
        held = await make_membership(session, await make_person(session))
        given: dict[str, Any] = {"id": "decl_golden", "reference": "C-7F3K-9QXM", **over}
        if "finding" in over:
            given |= {
                "membership_id": held.membership.id,
                "member_id": held.member.id,
                "told_address": "ada@example.com",
            }
        await make_declaration(session, held.membership.company_id, **given)
    return OutboxMessage(
        kind=kind,
        recipient="ada@example.com",
        locale=locale,
        payload={"declaration_id": "decl_golden"},
        created_at=NOW,
        due_at=NOW,
    )


@pytest.fixture(autouse=True)
def fixed_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "portal_app.notifications.declarations.undo_token_of", lambda _: "undo-token"
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", list(SCENES))
async def test_a_mail_says_to_the_letter(
    db: Database, clocks: Clocks, settings: Any, name: str, locale: str
) -> None:
    kind, over = SCENES[name]
    mail = await write_mail(await message(db, kind, locale, over))
    assert "{" not in mail.text
    assert "evil.example" not in mail.text + mail.html
    assert len(mail.attachments) == (kind != "declaration_for_seller")
    assert_golden(f"{name}.{locale}", mail)


@pytest.mark.parametrize(
    ("kind", "over"),
    [
        ("declaration_on_file", {**SCHEDULED, "undone_at": NOW}),
        ("declaration_on_file", {"finding": Finding.REFUSED}),
        ("declaration_failed", SCHEDULED),
        ("declaration_for_seller", {**SCHEDULED, "resolved_at": NOW}),
        ("declaration_for_seller", {}),
    ],
)
async def test_what_is_no_longer_true_is_not_sent(
    db: Database, clocks: Clocks, settings: Any, kind: str, over: dict[str, Any]
) -> None:
    with pytest.raises(NothingToSend):
        await write_mail(await message(db, kind, "en", over))


async def test_who_holds_it_reads_their_own_clock_and_the_record_keeps_one(db: Database) -> None:
    """A period that ends in the night is over on another day in New York; two people, two days."""
    over = {**SCHEDULED, "takes_effect_at": datetime(2026, 12, 1, 3, 30, tzinfo=UTC)}
    written = await message(db, "declaration_on_file", "en", over)
    at_home = await write_mail(written)
    async with db.unit_of_work() as session:
        owner = await session.scalar(
            select(EmailAddress.person_id).where(col(EmailAddress.address) == written.recipient)
        )
        (await session.get_one(Person, owner)).zone = "America/New_York"
        await make_person(session, "ben@example.com")
    away = await write_mail(written)
    assert at_home.subject.endswith("ends on 1 Dec 2026")
    assert away.subject.endswith("ends on 30 Nov 2026")
    for mail in (at_home, away):
        (paper,) = mail.attachments
        (page,) = PdfReader(BytesIO(paper.content)).pages
        assert "1 Dec 2026" in page.extract_text()
