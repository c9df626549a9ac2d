"""A transfer is confirmed to its two sides, each its own part, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.customers.models import Customer
from portal_app.invoices.documents.links import LIVES_FOR, link_query
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership
from portal_app.settings import get_settings
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import confirmation_of, confirmation_of_taking
from tests.conftest import Clocks
from tests.factories import NOW, make_customer, make_member, make_person
from tests.http.statutory_world import ADA, BEN, World, client, fresh_limits, world
from tests.rows import all_of
from tests.transfer_factories import make_transfer
from tests.unit.invoices.documents.sold import text_of

__all__ = ["client", "fresh_limits", "world"]
TERMS = "https://acme.example/terms"


@pytest.fixture
async def transfer(world: World) -> Transfer:
    """Ada's is Ben's since a minute; Eve has nothing to do with it."""
    held = world.held[ADA]
    async with world.db.unit_of_work() as session:
        before = await session.get_one(Member, held.member.id)
        before.until_at = NOW
        await session.flush()
        ben = world.people[BEN]
        customer = await make_customer(session, ben, email=BEN)
        (await session.get_one(Membership, held.membership.id)).customer_id = customer.id
        taken = await make_member(session, held.membership, ben, customer=customer, from_at=NOW)
        return await make_transfer(
            session,
            held,
            state=TransferState.COMPLETED,
            accepted_at=NOW,
            ended_at=NOW,
            starts_at=NOW + timedelta(days=30),
            to_member_id=taken.id,
            recipient_person_id=ben.id,
            consent="By accepting you agree that\n[Accept – $29.00]",
            terms_url=TERMS,
        )


async def shown(client: httpx.AsyncClient, world: World, email: str, path: str) -> str:
    reply = await client.get(path, headers={"cookie": world.cookies[email]})
    assert reply.status_code == 200
    return text_of(reply.content) if path.endswith(".pdf") else reply.text


@pytest.mark.parametrize("end", ["/", ".pdf"])
async def test_each_side_reads_its_own_part_and_the_other_masked(
    world: World, client: httpx.AsyncClient, transfer: Transfer, end: str
) -> None:
    path = f"/confirmations/{transfer.id}{end}"
    hers, his = [await shown(client, world, email, path) for email in (ADA, BEN)]
    for text in (hers, his):
        assert transfer.reference in text
        assert "Trading Room" in text
        assert "$29.00 per month" in text
    assert (ADA in hers, BEN in hers, "b•••@example.com" in hers) == (True, False, True)
    assert (BEN in his, ADA in his, "a•••@example.com" in his) == (True, False, True)
    assert "never charged for it again" in hers
    assert "stay with you" in hers
    for said in ("16 Dec 2026", TERMS, "By accepting you agree"):
        assert said in his
        assert said not in hers


async def test_it_is_nobody_elses_and_no_link_opens_it(
    world: World, client: httpx.AsyncClient, transfer: Transfer, clocks: Clocks
) -> None:
    path = f"/confirmations/{transfer.id}/"
    assert (await client.get(path)).headers["location"].startswith("/login/?next=")
    link = link_query(get_settings().secret_key, transfer.id, clocks.wall.now() + LIVES_FOR)
    assert (await client.get(f"{path}?{link}")).status_code == 404
    async with world.db.unit_of_work() as session:
        await make_person(session, "eve@example.com", id="user_eve")
        member = await session.get_one(Member, transfer.member_id)
        member.person_id = "user_eve"
    theirs = await client.get(path, headers={"cookie": world.cookies[ADA]})
    unknown = await client.get("/confirmations/trf_nobody/", headers={"cookie": world.cookies[ADA]})
    assert (theirs.status_code, unknown.status_code) == (404, 404)
    assert theirs.text.replace(path, "") == unknown.text.replace("/confirmations/trf_nobody/", "")
    # Nobody had claimed it: whoever paid at Stripe is named, masked too.
    async with world.db.unit_of_work() as session:
        member = await session.get_one(Member, transfer.member_id)
        member.person_id = None
        (await session.get_one(Customer, member.customer_id)).email = "zoe@example.com"
    assert "z•••@example.com" in await shown(client, world, BEN, path)


async def test_both_holdings_lead_to_it(world: World, transfer: Transfer) -> None:
    """From the old address and the new one; the caller has found the holding as the actor's."""
    path = f"/confirmations/{transfer.id}/"
    async with world.db.reading() as session:
        given, taken = [
            await session.get_one(Member, str(one))
            for one in (transfer.member_id, transfer.to_member_id)
        ]
        assert await confirmation_of(session, given.id) == path
        assert await confirmation_of(session, taken.id) == ""
        assert await confirmation_of_taking(session, taken) == path
        for other in (given, world.held[BEN].member):
            assert await confirmation_of_taking(session, other) == ""


async def test_what_is_not_done_is_not_confirmed(
    world: World, client: httpx.AsyncClient, transfer: Transfer
) -> None:
    async with world.db.unit_of_work() as session:
        row = await session.get_one(Transfer, transfer.id)
        row.state, row.to_member_id = TransferState.FAILED, None
    for email in (ADA, BEN):
        reply = await client.get(
            f"/confirmations/{transfer.id}/", headers={"cookie": world.cookies[email]}
        )
        assert reply.status_code == 404


async def test_what_was_paid_once_costs_the_recipient_nothing(
    world: World, client: httpx.AsyncClient, transfer: Transfer, db: Database
) -> None:
    async with world.db.unit_of_work() as session:
        row = await session.get_one(Transfer, transfer.id)
        once: dict[str, Any] = {**row.terms, "interval": "", "amount_minor": 9900}
        row.terms, row.starts_at, row.terms_url = once, None, ""
    hers, his = [
        await shown(client, world, email, f"/confirmations/{transfer.id}/") for email in (ADA, BEN)
    ]
    assert "$99.00" in hers
    assert "$99.00" not in his
    assert "nothing will be charged" in his
    assert len(await all_of(db, Transfer)) == 1
