"""Receipts for whom a person named: with the documents, without a way into their account."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from portal_app.invoices.recipients.models import ReceiptRecipient
from portal_app.invoices.recipients.rules import link_token_of
from portal_app.kit.db import Database
from portal_app.notifications.mails import write_mail
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.recipients import recipients
from portal_app.notifications.rendering import NothingToSend
from portal_app.notifications.transports import compose
from tests.factories import NOW, make_person
from tests.rows import make_row
from tests.unit.notifications.mail_shop import Shop, make_shop
from tests.unit.notifications.notice_scenes import receipt


@pytest.fixture
async def shop(db: Database, settings: Any) -> Shop:
    return await make_shop(db)


async def invited(shop: Shop, person_id: str = "", **over: Any) -> ReceiptRecipient:
    given = {"verified_at": NOW, **over}
    made: ReceiptRecipient = await shop.add(
        make_row,
        ReceiptRecipient,
        given,
        person_id=person_id or shop.person_id,
        address="books@example.com",
        address_key="books@example.com",
        locale="en",
        link_digest=f"digest of {person_id}",
        asked_at=NOW,
    )
    return made


async def addresses(shop: Shop, kind: str) -> list[str]:
    async with shop.db.reading() as session:
        found = await recipients(session, NOTICES[kind], [shop.person_id])
    return [one.address for one in found[shop.person_id]]


async def test_only_receipts_go_to_them_and_only_once_they_agreed(shop: Shop) -> None:
    ben = await shop.add(make_person, "ben@example.com")
    await invited(shop, ben.id)
    assert await addresses(shop, "receipt") == ["ada@example.com"]
    row = await invited(shop, verified_at=None)
    assert await addresses(shop, "receipt") == ["ada@example.com"]
    await shop.change(ReceiptRecipient, row.id, verified_at=NOW)
    assert await addresses(shop, "receipt") == ["ada@example.com", "books@example.com"]
    for kind in set(NOTICES) - {"receipt", "renewal_short"}:
        assert await addresses(shop, kind) == ["ada@example.com"], kind
    await shop.change(ReceiptRecipient, row.id, stopped_at=NOW)
    assert await addresses(shop, "receipt") == ["ada@example.com"]


async def test_a_copy_carries_the_documents_and_leads_nowhere_else(shop: Shop) -> None:
    row, paid = await invited(shop), await receipt(shop)
    message = shop.message("receipt", {**paid, "invited_as": row.id})
    message.recipient = row.address
    mail = await write_mail(message)
    stop = f"/recipients/{link_token_of(row.id)}/stop/"
    for form in (mail.text, mail.html):
        assert stop in form
        assert "ada@example.com" in form
        for private in ("mber_golden", "/account/", "/billing/", "Next charge"):
            assert private not in form
    texts = [PdfReader(io.BytesIO(one.content)).pages[0].extract_text() for one in mail.attachments]
    assert len(texts) == 2
    for text, number in zip(texts, ("R-NWA-0042", "NWA-0042"), strict=True):
        assert number in text
        assert "$29.00" in text
    sent = compose(message, mail, sender="Portal <portal@example.com>", host="portal.test")
    assert [part.get_content_type() for part in sent.iter_attachments()] == ["application/pdf"] * 2
    assert [part.get_filename() for part in sent.iter_attachments()] == [
        one.filename for one in mail.attachments
    ]


async def test_who_stopped_it_gets_nothing_that_waited(shop: Shop) -> None:
    row, paid = await invited(shop), await receipt(shop)
    await shop.change(ReceiptRecipient, row.id, stopped_at=NOW)
    with pytest.raises(NothingToSend):
        await write_mail(shop.message("receipt", {**paid, "invited_as": row.id}))
