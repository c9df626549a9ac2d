"""Sensitive actions by raw events of somebody with a session: refused without a fresh step-up.

`test_sensitive.py` holds the same of every purpose and of every door; here it is the real socket.
Which events are sensitive is read from the code, so that a new one without its test fails.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from reflex_base.registry import RegistrationContext

from portal_app import portal_app
from portal_app.api.keys import create_key
from portal_app.identity.acts import ACTS, carry_out
from portal_app.identity.oidc.service import add_to_account
from portal_app.identity.stepup import Purpose, ask_step_up, require_step_up
from portal_app.transfers.service import offer
from tests.e2e.shoppers import new_shopper
from tests.portal_server import Portal
from tests.security.raw_socket import RawTab
from tests.security.reaching import reached_from

assert portal_app.app  # importing it registers every handler
HYDRATE = "reflex___state____state.hydrate_and_load"
STATES = "reflex___state____state.portal_app___"
NEW, BEN = "another@shoppers.example", "ben@example.com"
NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
ASKED = re.compile(r"/account/confirm/(stpu_\w+)/")
# Each with the page that it is sent from, and what it says.
SENSITIVE = {
    f"{STATES}transfers___state____transfer_state.offer_it": (
        Purpose.TRANSFER,
        "/billing/manage/[member_id]/transfer/",
        {"recipient": BEN, "note": ""},
    ),
    f"{STATES}identity___state____emails_state.add": (
        Purpose.ADD_EMAIL,
        "/account/",
        {"email": NEW},
    ),
}
DOING = {offer, add_to_account, carry_out, create_key, *ACTS.values()}


def test_every_event_that_leads_to_something_sensitive_is_here() -> None:
    handlers = RegistrationContext.ensure_context().event_handlers
    ours = {name: one for name, one in handlers.items() if name.startswith(STATES)}
    reached = {name: reached_from(one) for name, one in ours.items()}
    assert {name for name, found in reached.items() if found & {ask_step_up}} == SENSITIVE.keys()
    # Of those that do it themselves, none does it without asking whether it was confirmed.
    doing = {name: found for name, found in reached.items() if found & DOING}
    assert doing.keys() <= SENSITIVE.keys()
    assert all(require_step_up in found for found in doing.values())
    assert doing


@dataclass
class Person:
    """Somebody with a membership of their own, signed in here and in another browser."""

    portal: Portal
    client: httpx.Client
    email: str
    member_id: str

    def rows(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.portal.data_dir / "portal.db")) as connection, connection:
            return list(connection.execute(statement, given))

    def facts(self) -> list[Any]:
        """All that a sensitive action changes."""
        return [
            self.rows("SELECT id, state FROM transfers ORDER BY id"),
            self.rows("SELECT address, is_primary FROM email_addresses ORDER BY address"),
            self.rows("SELECT subject FROM identities ORDER BY subject"),
            self.rows("SELECT id FROM login_sessions WHERE revoked_at IS NULL ORDER BY id"),
        ]

    async def send(self, event: str) -> str:
        """From a fresh tab on the event's page; all that came back."""
        _, path, form = SENSITIVE[event]
        query = {"member_id": self.member_id}
        async with RawTab(self.portal, cookie=self.portal.cookie_of(self.client)) as tab:
            await tab.send(HYDRATE, path=path, query=query)
            await tab.until('"phase_rx_state_": "ready"')
            tab.frames.clear()
            await tab.send(event, {"form": form}, path=path, query=query)
            return await tab.until('"busy_rx_state_": false')

    def confirmed(self, like: str, **over: str) -> None:
        """A copy of a step-up as its page leaves it when the code was typed; *over* in SQL."""
        changed = {"id": "'stpu_' || hex(randomblob(8))", "confirmed_at": NOW} | over
        columns = [row[1] for row in self.rows("PRAGMA table_info(step_ups)")]
        values = ", ".join(changed.get(one, one) for one in columns)
        self.rows(
            f"INSERT INTO step_ups ({', '.join(columns)})"  # noqa: S608
            f" SELECT {values} FROM step_ups WHERE id = ?",
            like,
        )


@pytest.fixture
def person(portal: Portal, request: pytest.FixtureRequest) -> Iterator[Person]:
    with new_shopper(portal, f"raw{abs(hash(request.node.name)) % 10**8}") as shopper:
        portal.sign_in(shopper.email)
        client = portal.sign_in(shopper.email)
        (page,) = shopper.manage_urls()
        yield Person(portal, client, shopper.email, page.strip("/").rpartition("/")[2])


def asked_for(received: str) -> str:
    """The step-up whose page the tab was sent to."""
    (step_up_id,) = set(ASKED.findall(received))
    return str(step_up_id)


@pytest.mark.parametrize("event", SENSITIVE)
async def test_a_raw_event_does_nothing_whatever_else_was_confirmed(
    person: Person, event: str
) -> None:
    before, purpose = person.facts(), SENSITIVE[event][0]
    first = asked_for(await person.send(event))
    assert person.facts() == before
    for other in Purpose:
        if other is not purpose:
            person.confirmed(first, purpose=f"'{other}'")
    person.confirmed(first, digest="'of-something-else'")
    person.confirmed(first, session_id="'sess_elsewhere'")
    person.confirmed(first, person_id="(SELECT id FROM people WHERE id <> person_id LIMIT 1)")
    person.confirmed(first, confirmed_at="datetime('now', '-601 seconds') || '.000000'")
    person.confirmed(first, consumed_at=NOW)
    again = asked_for(await person.send(event))
    assert person.facts() == before
    # It was about the very same, of which there were all these.
    digests = "SELECT DISTINCT digest FROM step_ups WHERE id IN (?, ?)"
    assert len(person.rows(digests, first, again)) == 1


async def test_the_code_of_exactly_this_opens_a_transfer_once(person: Person) -> None:
    """The control: the same event does it when its own code was typed; not for another person."""
    (event,) = [name for name, one in SENSITIVE.items() if one[0] is Purpose.TRANSFER]
    known = len(person.portal.mails(person.email))
    page = f"/account/confirm/{asked_for(await person.send(event))}/"
    code = person.portal.code_for(person.email, known=known)
    assert person.client.post(page, data={"code": code}).status_code == 303
    made = "SELECT transfers.state FROM transfers WHERE member_id = ?"
    assert person.rows(made, person.member_id) == []
    assert "/account/confirm/" not in await person.send(event)
    assert len(person.rows(made, person.member_id)) == 1
