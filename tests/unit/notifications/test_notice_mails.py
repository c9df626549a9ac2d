"""What each notice says, to the letter, in every language; and when there is nothing to say."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from portal_app.catalog.models import Company, Plan, PortalConfiguration, Product
from portal_app.catalog.notice_policy import NoticePolicy
from portal_app.invoices.models import Invoice, Refund
from portal_app.kit.db import Database
from portal_app.memberships.models import CardNotice, Membership
from portal_app.notifications.mails import NothingToSend, write_mail
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.transports import compose
from portal_app.ui.catalogue import LOCALES
from tests.conftest import Clocks
from tests.factories import NOW, PERIOD_END
from tests.rows import make_row
from tests.unit.notifications.golden_mails import assert_golden
from tests.unit.notifications.mail_shop import Shop, make_shop
from tests.unit.notifications.notice_scenes import PAID, SCENES, give_away, receipt


@pytest.fixture
async def shop(db: Database, clocks: Clocks, settings: Any) -> Shop:
    return await make_shop(db)


def test_every_kind_has_a_golden_mail() -> None:
    assert {kind for kind, _ in SCENES.values()} == set(NOTICES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", list(SCENES))
async def test_a_notice_says_to_the_letter(shop: Shop, name: str, locale: str) -> None:
    kind, happen = SCENES[name]
    mail = await write_mail(shop.message(kind, await happen(shop), locale))
    assert "{" not in mail.text
    for form in (mail.text, mail.html):
        assert "http://localhost:3000/billing/manage/mber_golden/" in form
        assert "UTC" in form
    optional = not NOTICES[kind].locked
    assert ("http://localhost:3000/account/#notices" in mail.text) is optional
    assert_golden(f"{name}.{locale}", mail)


async def test_what_is_being_cancelled_says_no_more_how_to_cancel(shop: Shop) -> None:
    payload = await receipt(shop)
    said = "You can cancel at any time"
    assert said in (await write_mail(shop.message("receipt", payload))).text
    await shop.change(Membership, shop.held.membership.id, cancel_at_period_end=True)
    assert said not in (await write_mail(shop.message("receipt", payload))).text


@pytest.mark.parametrize(
    ("name", "model", "values"),
    [
        ("payment_failed", Invoice, {"attempt_count": 2}),
        ("payment_failed", Invoice, PAID),
        ("renewal", Membership, {"cancel_at_period_end": True}),
        ("renewal", Membership, {"stripe_status": "past_due"}),
        ("renewal_short", Membership, {"current_period_end": PERIOD_END + timedelta(days=1)}),
        ("trial_ending", Membership, {"stripe_status": "active"}),
        ("trial_ending", Membership, {"cancel_at_period_end": True}),
        ("card_expiring", CardNotice, {"resolved_at": NOW}),
        ("will_pause", Membership, {"pauses_at": None, "resumes_at": None}),
        ("resuming", Membership, {"resumes_at": NOW}),
        ("resuming", Membership, {"stripe_status": "active"}),
        ("resumed", Membership, {"pauses_at": PERIOD_END}),
        ("price_change", Membership, {"scheduled_change": {}}),
        ("yearly_reminder", Membership, {"cancel_at_period_end": True}),
        ("tacit_renewal", Membership, {"cancel_at_period_end": True}),
        ("refund", Refund, {"status": "failed"}),
    ],
)
async def test_what_is_no_longer_true_is_not_sent(
    shop: Shop, name: str, model: type[Any], values: dict[str, Any]
) -> None:
    """Between its decision and its delivery, after an outage of the mail server, say."""
    kind, happen = SCENES[name]
    payload = await happen(shop)
    ids = {
        Invoice: payload.get("invoice_id"),
        Membership: shop.held.membership.id,
        CardNotice: payload.get("notice_id"),
        Refund: payload.get("refund_id"),
    }
    await shop.change(model, str(ids[model]), **values)
    with pytest.raises(NothingToSend):
        await write_mail(shop.message(kind, payload))


@pytest.mark.parametrize("name", ["payment_failed", "renewal", "trial_ending", "card_expiring"])
async def test_who_gave_the_membership_away_is_told_nothing_of_it(shop: Shop, name: str) -> None:
    kind, happen = SCENES[name]
    payload = await happen(shop)
    await give_away(shop)
    with pytest.raises(NothingToSend):
        await write_mail(shop.message(kind, payload))


async def test_a_company_leaves_out_what_may_be_left_out_and_nothing_else(shop: Shop) -> None:
    async def publish(version: int, body: dict[str, Any]) -> None:
        own = {"company_id": shop.held.membership.company_id, "created_at": NOW}
        await shop.add(make_row, PortalConfiguration, {**own, "version": version, "body": body})

    await publish(1, {"notices": {"payment_failed": False, "renewal": False}})
    for name in ("renewal", "payment_failed"):
        kind, happen = SCENES[name]
        message = shop.message(kind, await happen(shop))
        if name == "renewal":
            assert (await write_mail(message)).subject
    with pytest.raises(NothingToSend):
        await write_mail(message)
    await publish(2, {})
    assert (await write_mail(message)).subject


def test_a_company_decides_about_those_that_a_person_may_refuse() -> None:
    free = {kind.key for kind in NOTICES.values() if not kind.locked}
    assert {one.name for one in fields(NoticePolicy)} == free


async def test_who_paid_and_gave_it_away_gets_the_receipt_without_its_address(shop: Shop) -> None:
    payload = await receipt(shop)
    await give_away(shop)
    mail = await write_mail(shop.message("receipt", payload))
    assert "mber_golden" not in mail.text + mail.html
    assert "http://localhost:3000/orders/" in mail.text
    assert "You can cancel" not in mail.text


EVIL = "Trading\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>"


@pytest.mark.parametrize("name", list(SCENES))
async def test_no_name_slips_in_a_header_or_a_script(shop: Shop, name: str) -> None:
    """Products, plans and companies are named by others, at Stripe."""
    kind, happen = SCENES[name]
    payload = await happen(shop)
    await shop.change(Product, shop.held.membership.product_id, title=EVIL)
    await shop.change(Company, "biz_northwind", title=EVIL)
    await shop.change(Plan, shop.held.plan.id, title=EVIL)
    message = shop.message(kind, payload)
    mail = await write_mail(message)
    assert "<script>" not in mail.html
    composed = compose(message, mail, sender="billing@example.com", host="b.example")
    parsed = message_from_bytes(composed.as_bytes(), policy=default)
    assert parsed["Bcc"] is None
    assert parsed["To"] == "ada@example.com"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert "\nBcc:" not in mail.text
