"""What was bought once is over when all that was paid for it went back, whatever is heard first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from portal_app.catalog.projection import project_price
from portal_app.identity.actor import ActorKind, Author, write_as
from portal_app.ingest.apply import apply_invoice, apply_refund
from portal_app.invoices.projection import project_payment
from portal_app.memberships.models import Membership
from portal_app.memberships.projection import project_checkout
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import record
from portal_app.memberships.rules import MembershipStatus, StripeFacts, status_of
from portal_app.provider.stripe.catalog import price_facts
from portal_app.provider.stripe.checkout import checkout_facts
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from tests.db.projection.conftest import Account
from tests.provider.adapter import objects

DAY = 24 * 3600
LAST = objects.CREATED + 2 * DAY


@pytest.fixture(autouse=True)
async def course(account: Account) -> None:
    price = objects.price(id="price_2", recurring=None, unit_amount=9900)
    await account.apply(project_price, price_facts(price))


async def bought(account: Account) -> None:
    await account.apply(project_checkout, checkout_facts(objects.checkout()))


async def paid(account: Account) -> None:
    intent = objects.intent(id="pi_2", amount=9900, amount_received=9900)
    await account.apply(project_payment, payment_facts(intent))


async def refunded(account: Account, refund_id: str, amount: int, **over: Any) -> None:
    given = {"payment_intent": "pi_2", "charge": None, "created": objects.CREATED + DAY, **over}
    facts = refund_facts(objects.refund(id=refund_id, amount=amount, **given))
    await account.apply(apply_refund, facts)


async def invoiced(account: Account, *, total: int) -> None:
    """Paid with one card and another, and the rest from a balance."""
    priced = {"price_details": {"price": "price_2", "product": "prod_1"}}
    line = objects.line(amount=total, pricing=priced)
    by = [
        {
            "id": f"inpay_{one}",
            "created": objects.CREATED,
            "payment": {"type": "payment_intent", "payment_intent": one},
        }
        for one in ("pi_2", "pi_3")
    ]
    over = {"subtotal": total, "total": total, "payments": objects.listed(*by)}
    facts = invoice_facts(objects.one_time_invoice(line, id="in_9", **over))
    await account.apply(apply_invoice, facts)


async def status(account: Account) -> MembershipStatus:
    return status_of(StripeFacts.of(await account.one(Membership)))


@pytest.mark.parametrize("first", [*permutations(("bought", "part", "rest"))])
async def test_the_last_part_that_goes_back_ends_it(
    account: Account, first: tuple[str, ...]
) -> None:
    await paid(account)
    steps = {
        "bought": lambda: bought(account),
        "part": lambda: refunded(account, "re_1", 900),
        "rest": lambda: refunded(account, "re_2", 9000, created=LAST),
    }
    for step in first:
        if "bought" in first[: first.index(step)]:
            assert await status(account) is MembershipStatus.COMPLETED
        await steps[step]()
    for _ in range(2):
        assert await status(account) is MembershipStatus.CANCELED
        assert (await account.one(Membership)).ended_at == datetime.fromtimestamp(LAST, UTC)
        assert await account.kinds() == ["created", "canceled"]
        await steps["rest"]()
        await bought(account)


async def test_two_parts_at_the_same_moment_end_it_once(account: Account) -> None:
    await paid(account)
    await bought(account)
    await asyncio.gather(
        refunded(account, "re_1", 900), refunded(account, "re_2", 9000, created=LAST)
    )
    assert await account.kinds() == ["created", "canceled"]


async def test_what_did_not_arrive_after_all_ends_nothing(account: Account) -> None:
    await paid(account)
    await bought(account)
    await refunded(account, "re_1", 9900, status="pending")
    assert await status(account) is MembershipStatus.CANCELED
    await refunded(account, "re_1", 9900, status="failed")
    assert await status(account) is MembershipStatus.COMPLETED
    assert await account.kinds() == ["created", "canceled", "reactivated"]


async def test_what_its_seller_has_given_again_stays(account: Account) -> None:
    await paid(account)
    await bought(account)
    await refunded(account, "re_1", 9900)
    account.clocks.business.at = datetime.fromtimestamp(LAST, UTC) + timedelta(days=1)
    async with account.db.unit_of_work() as session:
        row = await session.get_one(Membership, (await account.one(Membership)).id)
        write_as(session, Author(ActorKind.API_KEY))
        row.ended_at = row.canceled_at = None
        record(session, row, [Happening(kind="reactivated", at=account.clocks.business.now())])
    await refunded(account, "re_1", 9900, reason="requested_by_customer")
    assert await status(account) is MembershipStatus.COMPLETED


async def test_our_own_word_that_it_goes_on_is_not_its_sellers(account: Account) -> None:
    """The first refund failed; the next one had been made by then, and is heard of later."""
    await paid(account)
    await bought(account)
    account.clocks.business.at = datetime.fromtimestamp(LAST, UTC) + timedelta(days=1)
    await refunded(account, "re_1", 9900, status="pending")
    await refunded(account, "re_1", 9900, status="failed")
    await refunded(account, "re_2", 9900, created=LAST)
    assert await status(account) is MembershipStatus.CANCELED
    await refunded(account, "re_2", 9900, created=LAST, status="failed")
    assert await status(account) is MembershipStatus.COMPLETED


@pytest.mark.contradictory("its lines are made up")
async def test_of_an_invoice_all_counts_however_it_was_paid(account: Account) -> None:
    """Two cards paid a part each; the part that came from a balance is none of a refund."""
    await paid(account)
    other = objects.intent(id="pi_3", amount=900, amount_received=900)
    await account.apply(project_payment, payment_facts(other))
    await invoiced(account, total=12_800)
    await refunded(account, "re_1", 9900)
    await refunded(account, "re_2", 900, payment_intent="pi_3", created=LAST)
    assert await status(account) is MembershipStatus.COMPLETED
    await invoiced(account, total=10_800)
    await refunded(account, "re_1", 9900, reason="duplicate")
    assert await status(account) is MembershipStatus.CANCELED


async def test_a_refund_ends_nothing_that_renews(account: Account) -> None:
    await account.subscription()
    await account.apply(project_payment, payment_facts(objects.intent(id="pi_2", amount=2900)))
    await refunded(account, "re_1", 2900)
    assert await status(account) is MembershipStatus.ACTIVE
