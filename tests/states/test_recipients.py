"""The handlers of the list of recipients, on real states, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from portal_app.identity.models import Person
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.invoices.recipients.rules import link_token_of
from portal_app.invoices.recipients.service import confirm, invite, list_recipients
from portal_app.invoices.recipients.state import RecipientsState
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.ui.notices import NoticeState
from tests.factories import actor_of, make_person

BOOKS = "books@accountants.example"
PATH = "/billing/details/"


@pytest.fixture(autouse=True)
def fresh_limits(settings: Any) -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


async def opened(root: rx.State) -> RecipientsState:
    root.router = RouterData.from_router_data({"pathname": PATH, "asPath": PATH, "query": {}})
    state = await root.get_state(RecipientsState)
    await RecipientsState.load.fn(state)
    return state


async def add(state: RecipientsState, typed: Any) -> list[Any]:
    return [one async for one in RecipientsState.add.fn(state, {"recipient": typed}) if one]


async def said(root: rx.State) -> tuple[str, str]:
    notices = await root.get_state(NoticeState)
    return notices.tone, notices.text


async def test_one_is_added_agrees_and_is_taken_away(
    root: rx.State, db: Database, ada: Person
) -> None:
    state = await opened(root)
    assert await add(state, BOOKS) == []
    assert await said(root) == ("ok", f"We asked {BOOKS} whether it wants receipts.")
    (row,) = state.view.rows
    assert (row.address, row.waits, row.note[:23]) == (BOOKS, True, "The link is valid until")
    assert (state.busy, state.error, state.revision) == (False, "", 1)
    await RecipientsState.send_again.fn(state, row.id)
    assert await said(root) == ("ok", f"We sent the invitation to {BOOKS} again.")
    await confirm(db, link_token_of(row.id))
    await RecipientsState.refresh.fn(state)
    assert [(one.waits, one.note) for one in state.view.rows] == [(False, "")]
    await RecipientsState.take_away.fn(state, row.id)
    assert await said(root) == ("ok", f"{BOOKS} gets no more receipts.")
    assert state.view.rows == []


@pytest.mark.parametrize("typed", ["books@", "", 7, None, "a@b.example\nBcc: c@d.example"])
async def test_a_refusal_stands_at_the_field(
    root: rx.State, db: Database, ada: Person, typed: Any
) -> None:
    state = await opened(root)
    sent = await add(state, typed)
    assert "ref_field_recipient" in str(sent)
    assert state.error == "Enter an email address, like name@example.com."
    assert (state.revision, state.view.rows, state.busy) == (0, [], False)


async def test_somebody_elses_answers_like_an_unknown_one(
    root: rx.State, db: Database, ada: Person
) -> None:
    async with db.unit_of_work() as session:
        ben = actor_of(await make_person(session, "ben@example.com"))
    await invite(db, ben, BOOKS)
    async with db.reading() as session:
        (theirs,) = await list_recipients(session, ben)
    state, answers = await opened(root), set()
    assert state.view.rows == []
    for forged in (theirs.id, "rcpt_nobody", ""):
        for handler in (RecipientsState.take_away, RecipientsState.send_again):
            await handler.fn(state, forged)
            answers.add(await said(root))
    assert answers == {("danger", "We can't find that recipient.")}
    async with db.reading() as session:
        assert len(await list_recipients(session, ben)) == 1


def test_every_handler_needs_somebody_signed_in() -> None:
    handlers = RecipientsState.event_handlers
    ours = {name for name in handlers if name != "setvar"}
    assert {getattr(handlers[name].fn, ATTRIBUTE) for name in ours} == {Policy.SIGNED_IN}
