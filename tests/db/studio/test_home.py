"""What a creator finds: their company's memberships, all of them, and nothing of another's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_app.catalog.models import Company
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound
from portal_app.memberships.models import Cancellation
from portal_app.studio.home.service import PER_PAGE, figures, search
from portal_app.studio.membership.service import read_sold
from tests.factories import (
    NOW,
    STARTED,
    HeldMembership,
    make_company,
    make_customer,
    make_event,
    make_membership,
    make_person,
    make_plan,
    make_product,
)
from tests.rows import added


def creator_of(company: Company) -> CompanyCreator:
    actor = Actor(person_id="user_cleo", session_id="s", email="cleo@example.com", locale="en")
    return CompanyCreator(actor, company.id, is_owner=True)


@pytest.fixture
async def companies(db: Database) -> tuple[CompanyCreator, CompanyCreator]:
    async with db.unit_of_work() as session:
        return creator_of(await make_company(session)), creator_of(await make_company(session))


async def sell(
    db: Database, creator: CompanyCreator, name: str, email: str, **over: Any
) -> HeldMembership:
    async with db.unit_of_work() as session:
        company = await session.get_one(Company, creator.company_id)
        person = await make_person(session, email, name=name)
        customer = await make_customer(session, person, email=email, name=name)
        plan = await make_plan(session, await make_product(session, company))
        return await make_membership(session, person, customer=customer, plan=plan, **over)


async def names(db: Database, creator: CompanyCreator, wanted: str) -> list[str]:
    async with db.reading() as session:
        return [one.row.name for one in (await search(session, creator, wanted, "", NOW)).sold]


async def test_a_person_is_found_by_address_name_and_every_id(
    db: Database, companies: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = companies
    ada = await sell(db, ours, "Ada Lovelace", "ada@example.com")
    await sell(db, ours, "Ben 100%", "ben@example.com")
    await sell(db, theirs, "Ada Byron", "ada@example.org")
    ids = (ada.membership.id, ada.member.id, ada.member.person_id, ada.customer.stripe_customer_id)
    for wanted in ("ada@example.com", "ADA@", "lovelace", "Ada", *map(str, ids)):
        assert await names(db, ours, wanted) == ["Ada Lovelace"], wanted
    assert await names(db, theirs, "ada") == ["Ada Byron"]
    assert await names(db, theirs, ada.membership.id) == []
    assert await names(db, ours, "%") == ["Ben 100%"]  # no wildcard


async def test_pages_of_one_moment_lose_and_repeat_nobody(
    db: Database, companies: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = companies
    stranger = await sell(db, theirs, "Stranger", "x@example.org", created_at=NOW)
    for number in range(PER_PAGE + 3):
        moment = STARTED + timedelta(days=number // 10)
        await sell(db, ours, f"P{number}", f"p{number}@example.com", created_at=moment)
    seen: list[str] = []
    after = ""
    async with db.reading() as session:
        for _ in range(2):
            found = await search(session, ours, "", after, NOW)
            seen += [one.row.name for one in found.sold]
            after = found.after
        foreign = await search(session, ours, "", stranger.membership.id, NOW)
    assert after == ""
    assert sorted(seen) == sorted(f"P{number}" for number in range(PER_PAGE + 3))
    # An address that was made up from another company's id begins at the top.
    assert [one.row.name for one in foreign.sold] == seen[:PER_PAGE]


async def test_figures_count_what_is_ours_and_stands(
    db: Database, companies: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = companies
    kept = await sell(db, ours, "Ada", "ada@example.com", created_at=NOW - timedelta(days=3))
    late = await sell(db, ours, "Ben", "ben@example.com", stripe_status="past_due")
    other = await sell(db, theirs, "Eve", "eve@example.org")
    async with db.unit_of_work() as session:
        for number, (held, undone) in enumerate([(kept, NOW), (late, None), (other, None)]):
            row = Cancellation(
                membership_id=held.membership.id,
                member_id=held.member.id,
                intent_id=f"itn_{number}",
                source="page",
                reason="unused",
                asked_at=NOW - timedelta(days=number),
                undone_at=undone,
            )
            await added(session, row)
    async with db.reading() as session:
        counted = await figures(session, ours, NOW)
    assert dict(counted.buckets) == {"active": 1, "past_due": 1}
    assert counted.new == 1
    assert dict(counted.reasons) == {"unused": 1}


async def test_another_companys_membership_is_not_there(
    db: Database, companies: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = companies
    held = await sell(db, theirs, "Eve", "eve@example.org")
    async with db.unit_of_work() as session:
        await make_event(session, held.membership, "created")
    async with db.reading() as session:
        assert (await read_sold(session, theirs, held.membership.id, NOW)).events
        refusals = []
        for given in (held.membership.id, "mem_unknown", "", None, 7):
            with pytest.raises(NotFound) as refused:
                await read_sold(session, ours, given, NOW)
            refusals.append((type(refused.value), refused.value.sentence))
    assert len(set(refusals)) == 1
