"""What each notice says, to the letter, in every language; and when there is nothing to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.invoices.models import Invoice, InvoiceStatus, Refund
from portal_app.kit.db import Database
from portal_app.memberships.models import CardNotice, Member, Membership
from portal_app.notifications.mails import NothingToSend, write_mail
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.transports import compose
from portal_app.ui.catalogue import LOCALES
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    PERIOD_END,
    HeldMembership,
    make_invoice,
    make_member,
    make_membership,
    make_payment,
    make_payment_method,
    make_person,
    make_plan,
)
from tests.rows import make_row
from tests.unit.notifications.golden_mails import assert_golden

Payload = Mapping[str, Any]


class Shop:
    """Ada holds one membership of a company with a brand; ids are named, as they stand in mails."""

    def __init__(self, db: Database, person_id: str, held: HeldMembership, card_id: str) -> None:
        self.db, self.person_id, self.held, self.card_id = db, person_id, held, card_id

    async def change(self, model: type[Any], row_id: str, **values: Any) -> None:
        async with self.db.unit_of_work() as session:
            row = await session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    async def add(self, make: Callable[..., Awaitable[Any]], *given: Any, **over: Any) -> Any:
        async with self.db.unit_of_work() as session:
            return await make(session, *given, **over)

    def message(self, kind: str, payload: Payload, locale: str = "en") -> OutboxMessage:
        return OutboxMessage(
            id="mail_1",
            kind=kind,
            recipient="ada@example.com",
            locale=locale,
            payload={
                "membership_id": self.held.membership.id,
                "person_id": self.person_id,
                **payload,
            },
            created_at=NOW,
            due_at=NOW,
        )


@pytest.fixture
async def shop(db: Database, clocks: Clocks, settings: Any) -> Shop:
    async with db.unit_of_work() as session:
        company = await make_row(
            session,
            Company,
            {},
            id="biz_northwind",
            title="Northwind Academy",
            route="northwind",
            created_at=NOW,
        )
        product = await make_row(
            session,
            Product,
            {},
            company_id=company.id,
            stripe_product_id="prod_1",
            title="Trading Room",
            created_at=NOW,
            observed_at=NOW,
        )
        plan = await make_plan(session, product, title="Pro")
        ada = await make_person(session)
        held = await make_membership(session, ada, plan=plan, member_id="mber_golden")
        card = await make_payment_method(session, held.customer)
        held.customer.stripe_default_payment_method_id = card.stripe_payment_method_id
    return Shop(db, ada.id, held, card.id)


async def receipt(shop: Shop) -> Payload:
    held = shop.held
    invoice = await shop.add(
        make_invoice,
        held.customer,
        id="inv_golden",
        number="NWA-0042",
        stripe_subscription_id=held.stripe_subscription_id,
        subtotal_minor=2437,
        tax_minor=463,
    )
    payment = await shop.add(make_payment, held.customer, invoice)
    return {"payment_id": payment.id}


async def payment_failed(shop: Shop, **over: Any) -> Payload:
    held = shop.held
    invoice = await shop.add(
        make_invoice,
        held.customer,
        **{
            "number": "NWA-0043",
            "status": InvoiceStatus.OPEN,
            "attempt_count": 1,
            "next_attempt_at": NOW + timedelta(days=3),
            "stripe_subscription_id": held.stripe_subscription_id,
            **over,
        },
    )
    await shop.change(
        Membership,
        held.membership.id,
        stripe_status="past_due",
        latest_stripe_invoice_id=invoice.stripe_invoice_id,
    )
    return {"invoice_id": invoice.id, "attempt": invoice.attempt_count}


async def last_payment_failed(shop: Shop) -> Payload:
    return await payment_failed(shop, attempt_count=4, next_attempt_at=None)


async def refund(shop: Shop) -> Payload:
    paid = await receipt(shop)
    found = await shop.add(
        make_row,
        Refund,
        {},
        payment_id=paid["payment_id"],
        stripe_refund_id="re_1",
        status="succeeded",
        currency="USD",
        amount_minor=1000,
        created_at=NOW,
        observed_at=NOW,
    )
    return {"refund_id": found.id}


async def renewal(shop: Shop) -> Payload:
    due = NOW + timedelta(days=30)
    plan = {"interval": Interval.YEAR, "amount_minor": 29000}
    await shop.change(Plan, shop.held.plan.id, **plan)
    values = {"current_period_end": due, "price_minor": 29000}
    await shop.change(Membership, shop.held.membership.id, **values)
    return {"due_at": due.isoformat()}


async def renewal_short(shop: Shop) -> Payload:
    return {"due_at": PERIOD_END.isoformat()}


async def trial_ending(shop: Shop) -> Payload:
    ends = NOW + timedelta(days=7)
    values = {"stripe_status": "trialing", "trial_end_at": ends, "current_period_end": ends}
    await shop.change(Membership, shop.held.membership.id, **values)
    return {"ends_at": ends.isoformat()}


async def card_expiring(shop: Shop) -> Payload:
    notice = await shop.add(
        make_row,
        CardNotice,
        {},
        payment_method_id=shop.card_id,
        membership_id=shop.held.membership.id,
        exp_year=2030,
        exp_month=12,
        charge_at=PERIOD_END,
        quiet=False,
        raised_at=NOW,
    )
    return {"notice_id": notice.id}


async def price_change(shop: Shop, at: datetime = NOW + timedelta(days=30)) -> Payload:
    product = await shop.add(_product_of, shop.held.plan)
    dearer = await shop.add(make_plan, product, amount_minor=3900, title="Pro")
    change = {"plan_id": dearer.id, "quantity": 1, "takes_effect_at": at.isoformat()}
    await shop.change(Membership, shop.held.membership.id, scheduled_change=change)
    return {
        "old_plan_id": shop.held.plan.id,
        "old_quantity": 1,
        "new_plan_id": dearer.id,
        "new_quantity": 1,
        "at": at.isoformat(),
    }


async def price_changed(shop: Shop) -> Payload:
    return await price_change(shop, at=NOW)


async def _product_of(session: Any, plan: Plan) -> Product:
    return await session.get_one(Product, plan.product_id)  # type: ignore[no-any-return]


async def payment_failed_and_over(shop: Shop) -> Payload:
    """The provider ends a subscription with its last try, as it is told to."""
    payload = await last_payment_failed(shop)
    over = {"stripe_status": "canceled", "canceled_at": NOW, "ended_at": NOW}
    await shop.change(Membership, shop.held.membership.id, **over)
    return payload


async def give_away(shop: Shop) -> None:
    """Ben holds it now."""
    await shop.change(Member, "mber_golden", until_at=NOW)
    ben = await shop.add(make_person, "ben@example.com")
    await shop.add(make_member, shop.held.membership, ben, customer=shop.held.customer, from_at=NOW)


PAID = {
    "status": InvoiceStatus.PAID,
    "paid_at": NOW,
    "amount_paid_minor": 2900,
    "amount_remaining_minor": 0,
}
Scene = Callable[[Shop], Awaitable[Payload]]
# Name of the golden file → kind of notice and what happened.
SCENES: dict[str, tuple[str, Scene]] = {
    "receipt": ("receipt", receipt),
    "payment_failed": ("payment_failed", payment_failed),
    "payment_failed_last": ("payment_failed", last_payment_failed),
    "payment_failed_over": ("payment_failed", payment_failed_and_over),
    "refund": ("refund", refund),
    "renewal": ("renewal", renewal),
    "renewal_short": ("renewal_short", renewal_short),
    "trial_ending": ("trial_ending", trial_ending),
    "card_expiring": ("card_expiring", card_expiring),
    "price_change": ("price_change", price_change),
    "price_changed": ("price_change", price_changed),
}


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
        ("price_change", Membership, {"scheduled_change": {}}),
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
