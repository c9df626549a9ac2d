"""When an ended membership can begin again, and that all its pages say the same of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.utils.format import format_event_handler
from reflex_base.registry import RegistrationContext

from portal_app.catalog.models import Company
from portal_app.following import FOLLOWING
from portal_app.identity.models import Person
from portal_app.kit.db import Database
from portal_app.kit.money import Money
from portal_app.memberships.service import RejoinQuote
from portal_app.memberships.state import CancelState, MembershipState, RejoinState
from portal_app.memberships.state import rejoining as rejoining_module
from portal_app.provider import current
from tests.factories import NOW, HeldMembership, make_configuration, make_product
from tests.states.test_memberships import at, held_by

NO: dict[str, Any] = {"rejoin": {"offered": False}}
YES: dict[str, Any] = {"rejoin": {"offered": True}}
ENDED = {"stripe_status": "canceled", "ended_at": NOW - timedelta(days=1)}
ENDS_NOW = {"cancel_at_period_end": True, "current_period_end": NOW - timedelta(seconds=1)}


@pytest.fixture(autouse=True)
def _quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def quote(*_given: object) -> RejoinQuote:
        return RejoinQuote(due=Money(2900, "USD"), paid_until=None)

    monkeypatch.setattr(current, "_current", [object()])
    monkeypatch.setattr(rejoining_module, "quote_rejoin", quote)


async def opened(root: rx.State, held: HeldMembership) -> RejoinState:
    page = await root.get_state(RejoinState)
    at(root, held.member.id, "rejoin")
    async for _ in RejoinState.load.fn(page):
        pass
    return page


@pytest.mark.parametrize(
    ("published", "offered"),
    [(({}, {}), True), ((NO, {}), False), ((NO, YES), True), ((YES, NO), False)],
    ids=["as it comes", "company says no", "but this product yes", "all but this product"],
)
async def test_every_page_asks_the_policy_for_its_product(
    root: rx.State,
    db: Database,
    ada: Person,
    published: tuple[dict[str, Any], dict[str, Any]],
    offered: bool,
) -> None:
    """What is said of another product counts for nothing."""
    company, product = published
    hers = await held_by(db, ada, **ENDED)
    async with db.unit_of_work() as session:
        owner = await session.get_one(Company, hers.membership.company_id)
        other = await make_product(session, owner)
        differs = {other.id: NO if offered else YES}
        differs |= {hers.membership.product_id: product} if product else {}
        await make_configuration(session, owner, body={**company, "products": differs})
    page = await opened(root, hers)
    assert (page.phase, page.view.state) == ("ready", "open" if offered else "gone")
    assert page.quote.ready is offered
    details, leaving = await root.get_state(MembershipState), await root.get_state(CancelState)
    at(root, hers.member.id)
    await MembershipState.load.fn(details)
    at(root, hers.member.id, "cancel")
    await CancelState.load.fn(leaving)
    assert (details.view.can_rejoin, leaving.view.rejoin) == (offered, offered)


async def test_what_has_just_ended_waits_for_word_and_follows(
    root: rx.State, db: Database, ada: Person
) -> None:
    hers = await held_by(db, ada, **ENDS_NOW)
    page = await opened(root, hers)
    assert (page.view.state, page.quote.ready) == ("soon", False)
    async for _ in RejoinState.refresh.fn(page):
        pass
    assert (page.phase, page.view.state) == ("ready", "soon")
    async with db.unit_of_work() as session:
        row = await session.merge(hers.membership)
        row.stripe_status, row.ended_at = "canceled", row.current_period_end
    at(root, hers.member.id)
    async for _ in RejoinState.refresh.fn(page):
        pytest.fail("another page is open")
    at(root, hers.member.id, "rejoin")
    async for _ in RejoinState.refresh.fn(page):
        pass
    assert (page.phase, page.view.state, page.quote.amount) == ("ready", "open", "$29.00")


async def test_a_push_takes_nothing_from_what_somebody_is_doing(
    root: rx.State, db: Database, ada: Person
) -> None:
    page = await opened(root, await held_by(db, ada, **ENDED))
    page.problem = "Nothing has been charged."
    async for _ in RejoinState.refresh.fn(page):
        pytest.fail("nothing waits here")
    assert (page.view.state, page.problem) == ("open", "Nothing has been charged.")


def test_every_page_that_can_follow_does() -> None:
    handlers = RegistrationContext.ensure_context().event_handlers
    pushed = {format_event_handler(one) for one in FOLLOWING}
    assert {name for name in handlers if name.endswith(".refresh")} == pushed
