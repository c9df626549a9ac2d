"""The undo of a stolen primary address: what was prepared goes, the owner's way in stays."""

from __future__ import annotations

import re
from datetime import timedelta

from fastapi import FastAPI

from portal_app.identity.models import EmailAddress, Identity
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import browser, mails_to, signed_in
from tests.http.auth.test_emails import ADA, EVE, SECOND, WORK, actor_of, added, changed
from tests.rows import all_of


async def test_the_undo_takes_back_what_came_shortly_before_the_change(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """A way in that was prepared is one, too; what the owner has had for longer stays."""
    client = await signed_in(app, ADA)
    await added(client, clocks, SECOND)
    person_id = (await actor_of(client)).person_id
    clocks.wall.advance(timedelta(days=8))
    client = await signed_in(app, ADA)
    await added(client, clocks, EVE)
    async with db.unit_of_work() as session:
        for subject, age in (("owner", 30), ("thief", 1)):
            session.add(
                Identity(
                    person_id=person_id,
                    provider="acme",
                    issuer="https://acme.example",
                    subject=subject,
                    created_at=clocks.wall.at - timedelta(days=age),
                )
            )
    await added(client, clocks)
    await changed(client, db, clocks, "primary")
    assert (await browser(app).post(await undo_link(ADA), data={})).status_code == 303
    assert {one.address for one in await all_of(db, EmailAddress)} == {ADA, SECOND}
    assert [one.subject for one in await all_of(db, Identity)] == ["owner"]
    assert "in the 7 days before the change or since" in await mails_to(ADA)


async def test_a_thief_can_not_undo_the_owner_away(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """The account is new, and the change was followed by another, which the thief may undo."""
    client = await signed_in(app, ADA)
    await added(client, clocks)
    await changed(client, db, clocks, "primary")
    await added(client, clocks, EVE, by=WORK)
    await changed(client, db, clocks, "primary", by=WORK, email=EVE)
    assert (await browser(app).post(await undo_link(WORK), data={})).status_code == 303
    assert {one.address for one in await all_of(db, EmailAddress)} == {ADA, WORK}
    assert (await browser(app).post(await undo_link(ADA), data={})).status_code == 303
    assert {one.address for one in await all_of(db, EmailAddress)} == {ADA}


async def test_going_back_ends_the_links_of_whoever_was_in_between(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """Theirs was the first for a while, and another; neither is so again, both can be removed."""
    client, eve = await signed_in(app, ADA), await signed_in(app, "someone@example.com")
    await added(eve, clocks, "their@example.com", by="someone@example.com")
    await changed(eve, db, clocks, "primary", by="someone@example.com", email="their@example.com")
    await added(client, clocks, EVE)
    await added(client, clocks, SECOND)
    await changed(client, db, clocks, "primary", email=EVE)
    await changed(client, db, clocks, "primary", by=EVE, email=SECOND)
    between = await undo_link(EVE)
    await changed(client, db, clocks, "primary", by=SECOND, email=ADA)
    assert "/login/undo/" not in await mails_to(SECOND)
    assert (await browser(app).post(between, data={})).status_code == 410
    assert (await actor_of(client)).email == ADA
    await changed(client, db, clocks, "remove", email=EVE)
    assert {ADA, SECOND} < {one.address for one in await all_of(db, EmailAddress)}
    # The owner's own link is for the next time; and what others have changed is theirs to undo.
    await changed(client, db, clocks, "primary", email=SECOND)
    assert (await browser(app).post(await undo_link(ADA), data={})).status_code == 303
    theirs = await undo_link("someone@example.com")
    assert (await browser(app).post(theirs, data={})).status_code == 303


async def undo_link(to: str) -> str:
    """The first that came to *to*."""
    link = re.search(r"localhost:3000(/login/undo/[^/]+/)", await mails_to(to))
    assert link is not None
    return link[1]
