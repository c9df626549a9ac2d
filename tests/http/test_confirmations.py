"""Confirmations: for who held the membership, for a link's holder, and for nobody else."""

from __future__ import annotations

import re

import httpx
from sqlmodel import select

from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.branding.publishing import publish_brand
from portal_app.catalog.models import Company
from portal_app.declarations.models import Declaration
from portal_app.declarations.rules.links import undo_token_of
from portal_app.identity.actor import ActorKind, Author
from portal_app.invoices.documents.links import LIVES_FOR, link_query
from portal_app.memberships.models import Cancellation
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.factories import make_configuration
from tests.http.statutory_world import (
    ADA,
    BEN,
    NOBODY,
    TYPED,
    World,
    client,
    fresh_limits,
    sent,
    world,
)
from tests.unit.invoices.documents.sold import text_of

__all__ = ["client", "fresh_limits", "world"]


async def test_a_link_to_a_confirmation_is_for_that_one_and_for_an_hour(
    world: World, client: httpx.AsyncClient, clocks: Clocks
) -> None:
    first = (await sent(client)).headers["location"]
    second = (await sent(client, NOBODY)).headers["location"]
    mixed = f"{first.partition('?')[0]}?{second.partition('?')[2]}"
    forged = re.sub(r"token=.", "token=x", first)
    answers = [await client.get(one) for one in (mixed, forged)]
    clocks.wall.advance(LIVES_FOR)
    answers.append(await client.get(first))
    assert [one.status_code for one in answers] == [404, 404, 404]
    assert len({one.text.replace(TYPED["name"], "") for one in answers}) == 1
    assert TYPED["name"] not in answers[0].text
    bare = await client.get(first.partition("?")[0])
    assert (bare.status_code, bare.headers["location"][:13]) == (303, "/login/?next=")


async def test_a_cancellation_is_confirmed_to_its_holder_and_to_nobody_else(
    world: World, client: httpx.AsyncClient, clocks: Clocks
) -> None:
    path = f"/confirmations/{world.cancelled}"
    for email, status in ((ADA, 200), (BEN, 404)):
        cookie = {"cookie": world.cookies[email]}
        for end in ("/", ".pdf"):
            assert (await client.get(path + end, headers=cookie)).status_code == status
    cookie = {"cookie": world.cookies[ADA]}
    text = text_of((await client.get(f"{path}.pdf", headers=cookie)).content)
    async with world.db.reading() as session:
        noted = await session.get_one(Cancellation, world.cancelled)
    for said in (noted.reference, "Trading Room", ADA, "$29.00 per month", "Takes effect on"):
        assert said in text
    theirs = await client.get(path + "/", headers={"cookie": world.cookies[BEN]})
    unknown = await client.get(
        "/confirmations/cncl_nobody/", headers={"cookie": world.cookies[BEN]}
    )
    assert theirs.text.replace(path, "") == unknown.text.replace("/confirmations/cncl_nobody", "")
    link = link_query(get_settings().secret_key, world.cancelled, clocks.wall.now() + LIVES_FOR)
    assert (await client.get(f"{path}/?{link}")).status_code == 200


async def test_a_confirmation_wears_the_look_of_who_sold(
    world: World, client: httpx.AsyncClient
) -> None:
    company_id = world.held[ADA].membership.company_id
    look = Brand(wordmark="Acme & Sons", accent="#7c3aed")
    async with world.db.unit_of_work() as session:
        await publish_brand(session, company_id, look, Author(ActorKind.OPERATOR))
    await looks.refresh(at_most_every=0)
    declared = await client.get((await sent(client)).headers["location"])
    cookie = {"cookie": world.cookies[ADA]}
    cancelled = await client.get(f"/confirmations/{world.cancelled}/", headers=cookie)
    async with world.db.unit_of_work() as session:
        row = (await session.scalars(select(Declaration))).one()
        row.undone_at = row.asked_at
    undone = await client.get(f"/cancel/undo/{undo_token_of(row.id)}/")
    for page in (declared.text, cancelled.text, undone.text):
        assert f"/brand/{company_id}.css" in page
        assert "Acme &amp; Sons</a>" in page


async def test_somebody_elses_declaration_is_not_found(
    world: World, client: httpx.AsyncClient
) -> None:
    """Ben's session opens nothing that was typed with Ada's address, matched or not."""
    path = (await sent(client)).headers["location"].partition("?")[0]
    for email in (ADA, BEN):  # it was not matched to anybody yet
        assert (await client.get(path, headers={"cookie": world.cookies[email]})).status_code == 404
    async with world.db.unit_of_work() as session:
        row = (await session.scalars(select(Declaration))).one()
        row.member_id = world.held[ADA].member.id
    assert (await client.get(path, headers={"cookie": world.cookies[ADA]})).status_code == 200
    assert (await client.get(path, headers={"cookie": world.cookies[BEN]})).status_code == 404


async def test_whom_to_ask_is_the_products_for_its_holder_and_the_companys_for_a_stranger(
    world: World, client: httpx.AsyncClient
) -> None:
    """Which product an address holds, a page that asks for no session may not tell."""
    held = world.held[ADA]
    async with world.db.unit_of_work() as session:
        company = await session.get_one(Company, held.membership.company_id)
        own = {held.membership.product_id: {"support": {"contact": "room@acme.test"}}}
        body = {"support": {"contact": "desk@acme.test"}, "products": own}
        await make_configuration(session, company, body=body)
    assert 'href="mailto:desk@acme.test"' in (await client.get("/cancel/acme/")).text
    link = (await sent(client)).headers["location"]
    (mail,) = await world.mails(ADA)
    page = (await client.get(link)).text
    for told in (page, mail.text):
        assert ("desk@acme.test" in told, "room@acme.test" in told) == (True, False)
    cookie = {"cookie": world.cookies[ADA]}
    pdf = await client.get(f"/confirmations/{world.cancelled}.pdf", headers=cookie)
    assert "Questions? Ask Acme <b>: room@acme.test" in text_of(pdf.content)
    async with world.db.unit_of_work() as session:
        row = (await session.scalars(select(Declaration))).one()
        row.member_id, row.membership_id = held.member.id, held.membership.id
    page = (await client.get(link.partition("?")[0], headers=cookie)).text
    assert ("desk@acme.test" in page, "room@acme.test" in page) == (False, True)
