"""What is made of a declaration: rows, mails and Stripe agree, and nothing ends at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import stripe
from sqlmodel import select

from portal_app.catalog.models import Company, Creator, CreatorRole
from portal_app.customers.models import Customer
from portal_app.declarations.errors import AlreadyResolved, DeclarationNotFound, UndoOver
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.form import Declared
from portal_app.declarations.rules.links import UNDO_FOR, undo_token_of
from portal_app.declarations.service import (
    Sent,
    behind_undo,
    declare,
    handle_declaration,
    list_waiting,
    resolve,
    undo,
)
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import JobLoop
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import mail_loop
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.kit.tokens import new_token
from portal_app.memberships.models import Cancellation, MembershipEvent
from portal_app.memberships.service import CANCEL, cancel_membership
from portal_app.notifications.models import SandboxMail
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.draining import drain_all
from tests.factories import make_configuration, make_person
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer
from tests.rows import added

ADA, BEN, CLEO = "ada@example.com", "ben@example.com", "cleo@example.com"
CANCELS, WITHDRAWS = DeclarationKind.CANCELLATION, DeclarationKind.WITHDRAWAL


@pytest.fixture
async def shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    settings: Any,
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


async def company_of(shop: Shop) -> Company:
    (held, *_) = await shop.held(shop.ada)
    async with shop.db.reading() as session:
        return await session.get_one(Company, held.row.membership.company_id)


async def declared(
    shop: Shop,
    address: str,
    kind: DeclarationKind = CANCELS,
    *,
    words: str = "my membership",
    **over: Any,
) -> Declaration:
    """Typed, and worked off by the loop."""
    given: dict[str, Any] = {"extraordinary": False, "grounds": "", "wished_on": None, **over}
    row = await declare(
        shop.db,
        await company_of(shop),
        kind,
        Declared(name="Somebody", contract=words, **given),
        Sent(address=address, form_key=new_token(), locale="en"),
    )
    return await worked_off(shop, row)


async def worked_off(shop: Shop, row: Declaration) -> Declaration:
    async def handle(declaration: Declaration) -> None:
        await handle_declaration(shop.desk, declaration)

    await drain_all(JobLoop((Queue(Declaration, "handled_at", handle),)))
    return await one(shop.db, Declaration, id=row.id)


async def mails(shop: Shop, to: str) -> list[str]:
    await drain_all(mail_loop(get_settings()))
    async with shop.db.reading() as session:
        found = await session.scalars(select(SandboxMail).where(SandboxMail.recipient == to))
        return [mail.subject for mail in sorted(found, key=lambda one: one.created_at)]


def canceling(shop: Shop) -> list[bool]:
    found = shop.client.v1.subscriptions.list({"status": "all"}).data
    return sorted(one.cancel_at_period_end for one in found)


async def test_one_match_ends_with_its_period_and_the_holder_can_undo_it(shop: Shop) -> None:
    (held,) = await shop.held(shop.ben)
    row = await declared(shop, "Ben@EXAMPLE.com")
    end = held.row.membership.current_period_end
    assert (row.finding, row.takes_effect_at) == (Finding.SCHEDULED, end)
    assert row.resolved_at is not None  # nobody has to decide anything
    assert canceling(shop) == [False, False, True]
    noted = await one(shop.db, Cancellation)
    assert (noted.reference, noted.source, noted.ends_at) == (row.reference, "statutory", end)
    (event,) = [e for e in await rows(shop.db, MembershipEvent) if e.kind == "cancel_scheduled"]
    assert event.actor_id == ""  # nobody has proved who they are
    subjects = await mails(shop, BEN)
    assert any(" ends on " in subject for subject in subjects)
    async with shop.db.reading() as session:
        assert (await behind_undo(session, undo_token_of(row.id))).id == row.id
    for _ in range(2):  # once more is no error
        await undo(shop.desk, undo_token_of(row.id))
    assert canceling(shop) == [False, False, False]
    assert (await one(shop.db, Cancellation)).undone_at is not None
    again = await declared(shop, BEN)  # whoever types it next does not end it again
    assert again.finding is Finding.TAKEN_BACK
    assert canceling(shop) == [False, False, False]


async def test_the_address_on_file_is_told_and_not_the_one_that_was_typed(shop: Shop) -> None:
    """Ben's customer has another address at Stripe than the one he proved."""
    (held,) = await shop.held(shop.ben)
    async with shop.db.unit_of_work() as session:
        customer = await session.get_one(Customer, held.row.member.customer_id)
        customer.email = customer.email_key = "books@example.com"
    row = await declared(shop, "books@example.com")
    assert (row.finding, row.told_address) == (Finding.SCHEDULED, BEN)
    typed, on_file = await mails(shop, "books@example.com"), await mails(shop, BEN)
    assert [len(typed), len(on_file)] == [1, 1]
    assert "has arrived" in typed[0]
    assert " ends on " in on_file[0]


async def test_none_and_several_change_nothing_and_wait_for_the_seller(shop: Shop) -> None:
    company = await company_of(shop)
    async with shop.db.unit_of_work() as session:
        owner = (await make_person(session, CLEO)).id
        place = {"company_id": company.id, "role": CreatorRole.OWNER, "created_at": wall_now()}
        await added(session, Creator(person_id=owner, **place))
    several = await declared(shop, ADA)
    none = await declared(shop, "zoe@example.com")
    assert (several.finding, none.finding) == (Finding.SEVERAL, Finding.NONE)
    assert canceling(shop) == [False, False, False]
    assert await rows(shop.db, Cancellation) == []
    assert sorted(await mails(shop, CLEO)) == sorted(
        f"Needs you: {row.reference}" for row in (several, none)
    )
    assert len(await mails(shop, ADA)) == 1  # only that it arrived
    async with shop.db.reading() as session:
        waiting = await list_waiting(session, company.id)
        assert {row.id for row in waiting} == {several.id, none.id}
        assert await list_waiting(session, "biz_other") == []
    async with shop.db.unit_of_work() as session:
        await resolve(session, none.reference.lower(), "Answered by mail.")
    for reference, refused in (
        (none.reference, AlreadyResolved),
        ("C-0000-0000", DeclarationNotFound),
    ):
        with pytest.raises(refused):
            async with shop.db.unit_of_work() as session:
                await resolve(session, reference, "x")
    with pytest.raises(UndoOver):
        await undo(shop.desk, undo_token_of(several.id))


async def test_of_several_the_one_that_is_named_ends(shop: Shop) -> None:
    held = (await shop.held(shop.ada))[0]
    row = await declared(shop, ADA, words=f"the one with {held.row.membership.id}")
    assert (row.finding, row.membership_id) == (Finding.SCHEDULED, held.row.membership.id)
    assert canceling(shop) == [False, False, True]


async def test_for_good_cause_it_ends_with_its_period_and_the_seller_decides_the_rest(
    shop: Shop,
) -> None:
    row = await declared(shop, BEN, extraordinary=True, grounds="It was never delivered.")
    assert (row.finding, row.resolved_at) == (Finding.SCHEDULED, None)
    later = await declared(shop, BEN, wished_on=date(2099, 1, 1))
    assert later.finding is Finding.ENDS_ALREADY


async def test_what_the_holder_arranged_themselves_is_left_alone(shop: Shop) -> None:
    (held,) = await shop.held(shop.ben)
    await cancel_membership(
        shop.desk,
        shop.ben,
        held.row.member.id,
        shown="at_period_end",
        reason=None,
        comment=None,
    )
    row = await declared(shop, BEN)
    assert row.finding is Finding.ENDS_ALREADY
    with pytest.raises(UndoOver):
        await undo(shop.desk, undo_token_of(row.id))
    assert canceling(shop) == [False, False, True]


async def test_an_overdue_one_ends_with_its_period_too(shop: Shop) -> None:
    (held,) = await shop.held(shop.ben)
    async with shop.db.unit_of_work() as session:
        membership = await session.get_one(type(held.row.membership), held.row.membership.id)
        membership.stripe_status = "past_due"
    row = await declared(shop, BEN)
    assert row.finding is Finding.SCHEDULED
    statuses = {one.status for one in shop.client.v1.subscriptions.list({"status": "all"}).data}
    assert "canceled" not in statuses
    assert canceling(shop) == [False, False, True]


async def test_the_way_back_by_mail_ends(shop: Shop, clocks: Clocks) -> None:
    row = await declared(shop, BEN)
    clocks.wall.advance(UNDO_FOR)
    with pytest.raises(UndoOver):
        await undo(shop.desk, undo_token_of(row.id))
    assert canceling(shop) == [False, False, True]


@pytest.mark.parametrize("pro_rata", [False, True])
async def test_a_withdrawal_in_time_is_computed_and_changes_nothing(
    shop: Shop, clocks: Clocks, pro_rata: bool
) -> None:
    company = await company_of(shop)
    if pro_rata:
        async with shop.db.unit_of_work() as session:
            body = {"withdraw": {"pro_rata": True}}
            await make_configuration(session, company, body=body)
    clocks.business.advance(timedelta(days=3))
    row = await declared(shop, BEN, WITHDRAWS)
    assert (row.finding, row.resolved_at) == (Finding.IN_TIME, None)
    sums = row.refund
    assert sums["paid_minor"] == 2900
    assert sums["kept_minor"] == (300 if pro_rata else 0)  # 3 of 29 days
    assert sums["back_minor"] == 2900 - sums["kept_minor"]
    assert canceling(shop) == [False, False, False]
    assert any(one.startswith("Withdrawal from ") for one in await mails(shop, BEN))
    await undo(shop.desk, undo_token_of(row.id))  # “that was not me”
    async with shop.db.reading() as session:
        assert await list_waiting(session, company.id) == []


async def test_a_withdrawal_after_the_time_is_still_taken(shop: Shop, clocks: Clocks) -> None:
    clocks.business.at = business_now() + timedelta(days=17)
    row = await declared(shop, BEN, WITHDRAWS)
    assert (row.finding, row.resolved_at) == (Finding.TOO_LATE, None)


async def test_while_stripe_is_away_it_is_noted_once_and_done_later(shop: Shop) -> None:
    faults = [{"kind": "500", "times": 99, "path": "/v1"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})
    row = await declared(shop, BEN)
    assert row.finding is Finding.SCHEDULED
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    assert canceling(shop) == [False, False, False]
    handler = IntentHandler(shop.desk, by_kind(CANCEL))
    async with shop.db.unit_of_work() as session:
        (intent,) = (await session.scalars(select(Intent))).all()
        intent.due_at, intent.leased_until = wall_now(), None
    await drain_all(JobLoop((Queue(Intent, "done_at", handler),)))
    assert canceling(shop) == [False, False, True]
    assert len(await rows(shop.db, Cancellation)) == 1
