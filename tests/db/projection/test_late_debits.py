"""News of a debit that nobody wants any more leads to a question, whichever order it comes in."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.ingest.apply import apply_invoice
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.invoices.projection import project_payment
from portal_app.memberships.late_models import LateDebit
from portal_app.memberships.models import Membership
from portal_app.memberships.service import GIVE_BACK
from portal_app.memberships.service.late_debits import note_late
from portal_app.provider.facts import InvoiceFacts
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts
from tests.db.projection.conftest import Account
from tests.provider.adapter import objects

OPEN: dict[str, Any] = {"status": "open", "amount_paid": 0, "amount_remaining": 2900}


def billed(**over: Any) -> InvoiceFacts:
    return invoice_facts(objects.invoice(**over))


async def noted(account: Account) -> None:
    """What we had read before it was told of anything."""
    membership = await account.one(Membership)
    async with account.db.unit_of_work() as session:
        await note_late(session, membership.id, [billed(**OPEN)])


async def asked(account: Account) -> list[str]:
    return [row.kind for row in await account.all(Intent)]


@pytest.fixture(autouse=True)
async def ended(account: Account) -> None:
    await account.subscription()
    under_way = objects.intent(status="processing", amount_received=0)
    await account.apply(project_payment, payment_facts(under_way))
    await account.apply(apply_invoice, billed(**OPEN))


async def test_what_was_paid_before_it_could_be_noted_is_looked_at(account: Account) -> None:
    await account.apply(apply_invoice, billed())
    assert await asked(account) == []
    await noted(account)
    assert await asked(account) == [GIVE_BACK.kind]


async def test_what_was_voided_before_it_could_be_noted_is_settled(account: Account) -> None:
    await account.apply(apply_invoice, billed(status="void"))
    await noted(account)
    assert (await account.one(LateDebit)).settled_at is not None
    assert await asked(account) == []


async def test_that_it_came_back_is_believed_to_the_invoice_before_its_payment_says_so(
    account: Account,
) -> None:
    await noted(account)
    # The bank still had it when it was asked.
    await change(account, done_at=account.clocks.wall.now(), outcome=IntentOutcome.DONE)
    await account.apply(apply_invoice, billed(**OPEN))
    assert await asked(account) == [GIVE_BACK.kind] * 2


@pytest.mark.parametrize(("begun", "questions"), [(0, [False]), (1, [False, True])])
async def test_however_much_news_comes_one_question_waits(
    account: Account, begun: int, questions: list[bool]
) -> None:
    """One that has begun may have looked before the news, so another comes after it."""
    await noted(account)
    await change(account, attempts=begun)
    for _ in range(5):
        await account.apply(apply_invoice, billed(**OPEN))
    assert sorted(row.queued for row in await account.all(Intent)) == questions


async def change(account: Account, **values: Any) -> None:
    (intent,) = await account.all(Intent)
    async with account.db.unit_of_work() as session:
        row = await session.get_one(Intent, intent.id)
        for name, value in values.items():
            setattr(row, name, value)
