"""The account page's handlers on real states: another address, and what was just approved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from sqlmodel import select

from portal_app.identity.models import EmailAddress, Person, StepUp
from portal_app.identity.state import AccountState, EmailsState
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.factories import make_email, make_person
from tests.rows import NOW, all_of

WORK = "ada@work.example"


@pytest.fixture(autouse=True)
def fresh_limits(settings: Any) -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


async def add(root: rx.State, form: dict[str, Any]) -> tuple[EmailsState, list[Any]]:
    state = await root.get_state(EmailsState)
    return state, [one async for one in EmailsState.add.fn(state, form) if one]


async def said_at(root: rx.State, approval: str) -> str:
    place = {"pathname": "/account/", "asPath": f"/account/?approval={approval}", "query": {}}
    root.router = RouterData.from_router_data({**place, "headers": {"origin": "http://x"}})
    await AccountState.load.fn(await root.get_state(AccountState))
    return (await root.get_state(NoticeState)).text


@pytest.mark.parametrize("typed", ["nonsense", "ada@example.com", None, 7])
async def test_a_refused_address_is_said_at_its_field_and_nothing_is_sent(
    root: rx.State, db: Database, ada: Person, typed: object
) -> None:
    state, events = await add(root, {"email": typed})
    assert state.error
    assert not state.busy
    assert len(events) == 1
    assert await all_of(db, StepUp) == []


async def test_an_address_leads_to_the_code_and_is_not_there_yet(
    root: rx.State, db: Database, ada: Person
) -> None:
    _, (event,) = await add(root, {"email": WORK})
    (row,) = await all_of(db, StepUp)
    assert f"/account/confirm/{row.id}/" in str(event)
    assert (row.person_id, row.address, row.facts) == (ada.id, "ada@example.com", {"email": WORK})
    assert [one.address for one in await all_of(db, EmailAddress)] == ["ada@example.com"]


async def test_only_ones_own_approval_that_was_used_is_spoken_of(
    root: rx.State, db: Database, clocks: Clocks, ada: Person
) -> None:
    given = {"session_id": "sess_1", "purpose": "remove_email", "digest": "d", "back": "/account/"}
    given |= {"facts": {"id": "e", "email": WORK}, "address": WORK, "asked_at": NOW}
    async with db.unit_of_work() as session:
        eve = await make_person(session, "eve@example.com")
        for name, person, used in (("own", ada, NOW), ("open", ada, None), ("eves", eve, NOW)):
            session.add(
                StepUp(
                    id=f"stpu_{name}",
                    person_id=person.id,
                    consumed_at=used,
                    code_sent_at=NOW,
                    **given,
                )
            )
    assert await said_at(root, "stpu_own") == f"{WORK} was removed."
    for other in ("stpu_open", "stpu_eves", "stpu_unknown", "<b>"):
        assert await said_at(root, other) == ""


async def test_the_page_tells_the_primary_address_from_the_others(
    root: rx.State, db: Database, ada: Person
) -> None:
    async with db.unit_of_work() as session:
        await make_email(session, ada, address=WORK)
        assert (await session.execute(select(Person))).scalars().one().id == ada.id
    await said_at(root, "")
    state = await root.get_state(AccountState)
    assert [(one.address, one.primary) for one in state.view.emails] == [
        ("ada@example.com", True),
        (WORK, False),
    ]
