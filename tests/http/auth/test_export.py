"""The file of everything about oneself: complete, and of what two share one's own part alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import SQLModel

from portal_app.identity.actor import ActorKind
from portal_app.identity.export import _RULES, LEFT_OUT
from portal_app.identity.models import Device, LoginSession
from portal_app.identity.sessions import find_actor
from portal_app.invoices.models import Refund
from portal_app.kit.db import Database
from portal_app.memberships.models import Cancellation
from portal_app.transfers.models import TransferState
from tests.billing_factories import make_payment
from tests.conftest import Clocks
from tests.factories import (
    make_customer,
    make_declaration,
    make_event,
    make_member,
    make_membership,
    make_person,
)
from tests.http.auth.sign_in_client import browser, cookie_header, signed_in
from tests.rows import NOW, added, all_of
from tests.transfer_factories import make_transfer, make_waiting

ADA, EVE = "ada@example.com", "eve@example.com"
EARLIER = NOW - timedelta(days=3)


async def test_the_export_holds_everything_of_mine_and_nothing_of_others(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    async with db.unit_of_work() as session:
        for email in (ADA, EVE):
            await make_customer(session, email=email)
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    answer = await client.get("/account/export.json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment;")
    said = answer.json()
    assert said["about"] == ADA
    assert [one["address"] for one in said["email_addresses"]] == [ADA]
    assert [one["email"] for one in said["customers"]] == [ADA]
    assert EVE not in answer.text
    theirs = await find_actor(cookie_header(eve))
    assert theirs is not None
    assert theirs.person_id not in answer.text
    secrets = [*client.cookies.values()]
    secrets += [one.token_digest for one in await all_of(db, LoginSession)]
    secrets += [one.token_digest for one in await all_of(db, Device)]
    assert [one["id"] for one in said["devices"]] == [said["login_sessions"][0]["device_id"]]
    assert [one for one in secrets if one in answer.text] == []
    assert (await browser(app).get("/account/export.json")).status_code == 303


async def said_to(app: FastAPI, email: str) -> dict[str, Any]:
    answer = await (await signed_in(app, email)).get("/account/export.json")
    return dict(answer.json())


def ids(said: dict[str, Any], table: str, column: str = "id") -> set[str]:
    return {row[column] for row in said.get(table, [])}


@pytest.fixture
async def shared(app: FastAPI, db: Database, clocks: Clocks) -> dict[str, str]:
    """What Ada gave to Eve three days ago, and what each did and said about it."""
    async with db.unit_of_work() as session:
        ada, eve = [await make_person(session, one) for one in (ADA, EVE)]
        given, kept = [await make_membership(session, ada) for _ in range(2)]
        given.member.until_at = EARLIER
        await session.flush()
        customer = await make_customer(session, eve)
        hers = await make_member(session, given.membership, eve, customer=customer, from_at=EARLIER)
        sides = {"ada": (ada, given.member, -1), "eve": (eve, hers, 1)}
        for name, (person, member, after) in sides.items():
            at = EARLIER + timedelta(days=after)
            by = {"actor_kind": ActorKind.CUSTOMER, "actor_id": person.id, "happened_at": at}
            await make_event(session, given.membership, f"of {name}", **by)
            noted = Cancellation(
                membership_id=given.membership.id,
                member_id=member.id,
                intent_id=f"int_{name}",
                source="page",
                comment=f"words of {name}",
                asked_at=at,
            )
            await added(session, noted)
            about = {"membership_id": given.membership.id, "member_id": member.id}
            typed = {"address": f"{name}@example.com", "address_key": f"{name}@example.com"}
            company = given.membership.company_id
            await make_declaration(session, company, grounds=f"why of {name}", **about, **typed)
            await make_declaration(session, company, grounds=f"lost by {name}", **typed)
        parted = {
            "before": {"person_id": ada.id, "member_id": given.member.id},
            "after": {"person_id": eve.id, "member_id": hers.id},
        }
        await make_event(session, given.membership, "transferred", happened_at=EARLIER, **parted)
        await make_transfer(
            session,
            given,
            recipient_address=EVE,
            asked_at=EARLIER,
            state=TransferState.COMPLETED,
            recipient_person_id=eve.id,
            to_member_id=hers.id,
            consent="consent of eve",
        )
        await make_waiting(session, kept, recipient_address=EVE, note="not sent yet")
        payment = await make_payment(session, given.customer, description="once, by ada")
        refund = Refund(
            payment_id=payment.id,
            stripe_refund_id="re_ada",
            status="succeeded",
            currency="USD",
            amount_minor=2900,
            created_at=NOW,
            observed_at=NOW,
        )
        await added(session, refund)
    return {"given": given.membership.id, "kept": kept.membership.id, "ada": ada.id, "eve": eve.id}


async def test_each_side_of_a_transfer_has_its_part_alone(
    app: FastAPI, db: Database, shared: dict[str, str]
) -> None:
    ada, eve = [await said_to(app, one) for one in (ADA, EVE)]
    assert (ids(ada, "memberships"), ids(eve, "memberships")) == (
        {shared["kept"]},
        {shared["given"]},
    )
    assert ids(ada, "membership_events", "kind") == {"of ada", "transferred"}
    assert ids(eve, "membership_events", "kind") == {"of eve", "transferred"}
    for said, own, other in ((ada, "ada", "eve"), (eve, "eve", "ada")):
        whole = json.dumps(said)
        for mine in (f"words of {own}", f"why of {own}", f"lost by {own}"):
            assert mine in whole
            assert mine.replace(own, other) not in whole
        assert shared[other] not in whole
        members = {row["id"] for row in said["members"]}
        assert ids(said, "cancellations", "member_id") <= members
        assert len(said["transfers"]) == (2 if own == "ada" else 1)
    assert "consent of eve" in json.dumps(eve)
    assert "consent of eve" not in json.dumps(ada)
    assert "not sent yet" not in json.dumps(eve)


async def test_what_was_paid_without_an_invoice_is_its_payers(
    app: FastAPI, db: Database, shared: dict[str, str]
) -> None:
    ada, eve = [await said_to(app, one) for one in (ADA, EVE)]
    assert ids(ada, "payments", "description") == {"once, by ada"}
    assert ids(ada, "refunds", "stripe_refund_id") == {"re_ada"}
    assert "payments" not in eve
    assert "refunds" not in eve
    # What the ids of a membership stand for, and nothing else of what is sold.
    assert ids(ada, "products") == ids(ada, "memberships", "product_id")
    assert {"id", "title"} == set(ada["products"][0]) == set(ada["plans"][0])


def test_every_table_says_whose_its_rows_are() -> None:
    """Or stands among what is left out, with the reason."""
    tables = set(SQLModel.metadata.tables)
    assert tables - _RULES.keys() == LEFT_OUT.keys()
    assert _RULES.keys() - tables == set()
