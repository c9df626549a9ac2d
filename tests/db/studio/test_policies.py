"""Policies from draft to published and back, for one company only."""

from __future__ import annotations

import pytest

from portal_app.catalog.policies import policy_of
from portal_app.catalog.versions import NoSuchVersion
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.db import Database
from portal_app.studio.portal import service
from tests.conftest import Clocks
from tests.factories import make_company, make_person

AT_ONCE = {"cancel": {"at_once": True}}


async def at_once(db: Database, creator: CompanyCreator) -> bool:
    async with db.reading() as session:
        found = await policy_of(session, creator.company_id, "prod_any")
    return found.cancel.at_once


async def test_a_policy_holds_when_it_is_published_until_it_is_taken_back(
    db: Database, clocks: Clocks
) -> None:
    async with db.unit_of_work() as session:
        cleo = await make_person(session, "cleo@example.com", name="Cleo")
        actor = Actor(cleo.id, "sess_1", "cleo@example.com", "en")
        ours, theirs = [
            CompanyCreator(actor, (await make_company(session)).id, True) for _ in range(2)
        ]
        await service.keep_policies(session, ours, AT_ONCE)
    assert not await at_once(db, ours)
    async with db.reading() as session:
        assert (await service.policy_workshop(session, ours)).body == AT_ONCE
        assert (await service.policy_workshop(session, theirs)).body == {}
    async with db.unit_of_work() as session:
        await service.publish_policies(session, ours, AT_ONCE)
    assert (await at_once(db, ours), await at_once(db, theirs)) == (True, False)
    with pytest.raises(NoSuchVersion):
        async with db.unit_of_work() as session:
            await service.restore_policies(session, theirs, 1)
    async with db.unit_of_work() as session:
        await service.restore_policies(session, ours, 0)
    assert not await at_once(db, ours)
    async with db.reading() as session:
        found = await service.policy_workshop(session, ours)
    assert [(one.number, one.restores, one.author) for one in found.versions] == [
        (2, 0, "Cleo"),
        (1, None, "Cleo"),
    ]
    assert not found.is_draft
