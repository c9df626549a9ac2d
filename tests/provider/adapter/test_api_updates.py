"""`PATCH /memberships/{id}`, extend, reactivate and the older names: at Stripe and here alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.api.keys import create_key
from portal_app.api.scopes import MEMBERSHIP_UPDATE
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.models import Cancellation, Membership, MembershipEvent
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.api_client import Program, opened_program
from tests.provider.adapter.charging_shop import opened_shop
from tests.provider.adapter.pausing_shop import first, pause
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def program(
    *,
    settings: Any,
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
) -> AsyncIterator[Program]:
    async with opened_shop(companies, client, sandbox, clocks) as shop, opened_program(shop) as one:
        yield one


async def asked(program: Program, method: str, what: str, body: Any, **over: Any) -> Any:
    """The answer of an operation on Ada's oldest membership."""
    membership = await program.membership(program.shop.cus)
    reply = await program.write(method, f"/memberships/{membership.id}{what}", json=body, **over)
    return reply.json()


async def test_metadata_is_merged_and_cleared_here_and_at_stripe(program: Program) -> None:
    membership = await program.membership(program.shop.cus)
    told = await asked(program, "PATCH", "", {"metadata": {"seat": "7", "row": "B"}})
    assert told["metadata"] == {"seat": "7", "row": "B"}
    told = await asked(program, "PATCH", "", {"metadata": {"row": "", "door": "2"}})
    assert told["metadata"] == {"seat": "7", "door": "2"}
    found = [program.shop.client.v1.subscriptions.retrieve(sub) for sub in program.shop.subs]
    assert {"seat": "7", "door": "2"} in [sub.metadata.to_dict() for sub in found if sub.metadata]
    assert (await asked(program, "PATCH", "", {"metadata": {}}))["metadata"] == {}
    reply = await program.lumen.patch(
        f"/memberships/{membership.id}", json={"metadata": {"seat": "1"}}
    )
    assert reply.status_code == 404


async def test_the_end_is_arranged_and_taken_back_as_often_as_one_says_so(
    program: Program,
) -> None:
    for ends in (True, True, False, False):
        told = await asked(program, "PATCH", "", {"cancel_at_period_end": ends})
        assert told["cancel_at_period_end"] is ends
    noted = await one(program.shop.db, Cancellation)
    assert (noted.source, noted.undone_at is not None) == ("api", True)
    await asked(program, "PATCH", "", {"cancel_at_period_end": True})
    assert (await asked(program, "POST", "/uncancel", None))["cancel_at_period_end"] is False
    again = await asked(program, "POST", "/uncancel", None)
    assert again["error"]["code"] == "nothing_to_undo"


async def test_a_field_may_need_more_than_the_operation(program: Program) -> None:
    async with program.shop.db.unit_of_work() as session:
        _, key = await create_key(
            session,
            company_id="biz_northwind",
            name="few",
            scopes=[MEMBERSHIP_UPDATE],
            now=wall_now(),
        )
    headers = {"Authorization": f"Bearer {key}"}
    for field, value in {"cancel_at_period_end": True, "payment_method_id": "payt_1"}.items():
        told = await asked(program, "PATCH", "", {field: value}, headers=headers)
        assert told["error"]["code"] == "missing_scope", field
    told = await asked(program, "PATCH", "", {"metadata": {"a": "b"}}, headers=headers)
    assert told["metadata"] == {"a": "b"}


@pytest.mark.parametrize(("what", "name"), [("/extend", "days"), ("/add_free_days", "free_days")])
async def test_free_days_come_before_the_next_charge(
    program: Program, what: str, name: str
) -> None:
    membership = await program.membership(program.shop.cus)
    end = membership.current_period_end
    assert end
    told = await asked(program, "POST", what, {name: 10})
    later = await program.membership(program.shop.cus)
    assert later.current_period_end == end + timedelta(days=10)
    assert told["current_period_end"] == f"{later.current_period_end:%Y-%m-%dT%H:%M:%S}.000Z"
    (event,) = [
        entry for entry in await rows(program.shop.db, MembershipEvent) if entry.kind == "extended"
    ]
    assert event.after == {"until": later.current_period_end.isoformat()}
    shop = program.shop

    def paid() -> list[int]:
        listed = [shop.client.v1.invoices.list({"subscription": sub}).data for sub in shop.subs]
        return sorted(sum(invoice.amount_paid > 0 for invoice in one) for one in listed)

    days = (end - business_now()).days
    shop.sandbox.advance((days + 5) * DAY)
    assert paid() == [1, 2]
    shop.sandbox.advance(6 * DAY)
    assert paid() == [2, 2]


async def test_what_ends_or_is_no_number_of_days_is_not_extended(program: Program) -> None:
    for nonsense in (0, 1096, -1, "7", 7.5, True, None):
        told = await asked(program, "POST", "/extend", {"days": nonsense})
        assert told["error"]["type"] == "invalid_request", nonsense
    await asked(program, "PATCH", "", {"cancel_at_period_end": True})
    told = await asked(program, "POST", "/extend", {"days": 7})
    assert told["error"]["code"] == "not_extendable"


async def test_free_days_would_be_lost_to_a_planned_pause(program: Program) -> None:
    await pause(program.shop)
    held = await first(program.shop)
    path = f"/memberships/{held.row.membership.id}/extend"
    told = (await program.write("POST", path, json={"days": 7})).json()
    assert told["error"]["code"] == "not_extendable"
    assert (await first(program.shop)).facts.trial_end_at is None


async def test_only_what_was_bought_once_and_is_over_is_reactivated(program: Program) -> None:
    told = await asked(program, "POST", "/reactivate", {})
    assert told["error"]["code"] == "not_reactivable"
    membership = await program.membership(program.shop.cus)
    now = business_now()

    async def bought_once(**values: Any) -> None:
        async with program.shop.db.unit_of_work() as session:
            row = await session.get_one(Membership, membership.id)
            given = {"source": "checkout", "stripe_status": "complete", **values}
            for name, value in given.items():
                setattr(row, name, value)

    await bought_once(ended_at=now, canceled_at=now)
    told = await asked(program, "POST", "/reactivate", None)
    assert (told["status"], told["expires_at"]) == ("completed", None)
    assert (await asked(program, "POST", "/extend", {"days": 7}))["error"]["code"] == (
        "not_extendable"
    )
    await bought_once(cancel_at=now - timedelta(days=1), ended_at=now - timedelta(days=1))
    told = await asked(program, "POST", "/reactivate", {})
    assert told["error"]["code"] == "not_reactivable"
    told = await asked(program, "POST", "/reactivate", {"days": 3})
    assert told["status"] == "completed"
    await asked(program, "POST", "/extend", {"days": 7})
    assert (await program.membership(program.shop.cus)).cancel_at == now + timedelta(days=10)
    told = await asked(program, "PATCH", "", {"metadata": {"a": "b"}})
    assert told["error"]["code"] == "metadata_not_kept"
