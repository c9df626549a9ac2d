"""The statutory pages: no answer tells a stranger who is a customer, and nothing typed gets out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.branding.publishing import publish_brand
from portal_app.branding.service import sheet_at
from portal_app.catalog.models import Company
from portal_app.declarations.routes import undoing
from portal_app.declarations.rules.links import undo_token_of
from portal_app.identity.actor import ActorKind, Author
from portal_app.intents.service import Desk
from portal_app.notifications.models import OutboxMessage
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    make_company,
)
from tests.http.statutory_world import (
    ADA,
    NOBODY,
    TYPED,
    World,
    client,
    fresh_limits,
    sent,
    without_what_differs,
    world,
)
from tests.unit.invoices.documents.sold import text_of

__all__ = ["client", "fresh_limits", "world"]


async def test_a_customer_and_a_stranger_get_the_same(
    world: World, client: httpx.AsyncClient
) -> None:
    """The same statements, the same page, the same mail: nobody is looked up before the answer."""
    seen: list[tuple[Any, ...]] = []
    for email in (ADA, NOBODY):
        said: list[str] = []

        def note(_c: Any, _k: Any, sql: str, *_rest: Any, said: list[str] = said) -> None:
            said.append(sql)

        event.listen(world.db.engine.sync_engine, "before_cursor_execute", note)
        answer = await sent(client, email)
        event.remove(world.db.engine.sync_engine, "before_cursor_execute", note)
        page = await client.get(answer.headers["location"])
        (mail,) = await world.mails(email)
        forms = (page.text, mail.subject, mail.text, mail.html)
        same = [without_what_differs(form, email) for form in forms]
        seen.append((answer.status_code, said, page.status_code, same))
    assert seen[0] == seen[1]
    assert seen[0][0] == 303
    assert "INSERT INTO declarations" in " ".join(seen[0][1])


async def test_a_company_shows_its_look_where_it_shows_its_name_and_tells_no_id(
    world: World, client: httpx.AsyncClient
) -> None:
    look = Brand(wordmark="Acme & Sons", accent="#7c3aed", imprint_url="https://acme.test/imprint")
    async with world.db.unit_of_work() as session:
        company = (await session.scalars(select(Company))).one()
        await make_company(session, title="Other", route="other")
        await publish_brand(session, company.id, look, Author(ActorKind.OPERATOR))
    await looks.refresh(at_most_every=0)
    for path in ("/cancel/acme/", "/withdraw/acme/"):
        own = (await client.get(path)).text
        assert "Acme &amp; Sons</a>" in own
        assert 'href="https://acme.test/imprint"' in own
        assert company.id not in own
    sheet = re.search(r'href="/brand/(acme)\.css\?v=(\w+)"', own)
    assert sheet is not None
    found = await sheet_at(sheet[1])
    assert found is not None
    assert found.version == sheet[2]
    assert "#7c3aed" in found.css
    for path in ("/cancel/", "/cancel/other/", "/cancel/nobody/"):
        page = (await client.get(path)).text
        assert "/brand/" not in page
        assert ">Billing</a>" in page
    assert await sheet_at("nobody") is None
    assert await sheet_at("other") is None


async def test_it_is_acknowledged_at_once_with_content_date_and_time(
    world: World, client: httpx.AsyncClient
) -> None:
    answer = await sent(client, wished_on="2027-01-31")
    (row,) = await world.declarations()
    page = (await client.get(answer.headers["location"])).text
    (mail,) = await world.mails(ADA)
    when = NOW.strftime("%H:%M UTC")
    for form in (page, mail.text):
        for said in (row.reference, "Trading Room", "Ada Lovelace", when, "31 Jan 2027"):
            assert said in form
    pdf = re.search(r'href="(/confirmations/[^"]+\.pdf[^"]*)"', page)
    assert pdf is not None
    answer = await client.get(pdf[1].replace("&amp;", "&"))
    assert row.reference in text_of(answer.content)
    assert mail.subject == "Your cancellation to Acme <b> has arrived"


async def test_the_pages_speak_german_with_the_words_of_the_law(
    world: World, client: httpx.AsyncClient
) -> None:
    german = {"accept-language": "de"}
    page = (await client.get("/cancel/acme/", headers=german)).text
    assert ">Jetzt kündigen</button>" in page
    assert ">Verträge hier kündigen</a>" in page
    assert "§ 312k BGB" in page
    page = (await client.get("/withdraw/acme/", headers=german)).text
    assert ">Widerruf bestätigen</button>" in page
    assert ">Vertrag hier widerrufen</a>" in page
    await client.post("/withdraw/acme/", data={**TYPED, "email": ADA}, headers=german)
    (mail,) = await world.mails(ADA)
    assert mail.subject == "Ihr Widerruf an Acme <b> ist eingegangen"


async def test_what_is_typed_is_never_markup_nor_a_header_nor_a_link(
    world: World, client: httpx.AsyncClient
) -> None:
    evil = "<script>alert(1)</script> https://evil.example/\r\nBcc: x@evil.example"
    for bad in (f"{ADA}\r\nBcc: x@evil.example", "ada", ""):
        answer = await sent(client, bad, name=evil)
        assert answer.status_code == 400
        assert "<script>" not in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "&lt;script&gt;" in answer.text  # what was typed is still there
    answer = await sent(client, name=evil, contract=evil, how="extraordinary", grounds=evil)
    page = (await client.get(answer.headers["location"])).text
    (mail,) = await world.mails(ADA)
    for form in (page, mail.html):
        assert "<script>" not in form
        assert "<b>" not in form
    for form in (mail.text, mail.html):
        assert "evil.example" not in form
        assert "https://evil" not in form
    assert "\nBcc" not in mail.text
    assert "Bcc" not in mail.subject


async def test_a_form_that_is_sent_twice_declares_once(
    world: World, client: httpx.AsyncClient
) -> None:
    page = (await client.get("/cancel/acme/")).text
    key = re.search(r'name="form" value="([^"]+)"', page)
    assert key is not None
    answers = [await sent(client, form=key[1]) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(await world.declarations()) == 1
    await sent(client)
    assert len(await world.declarations()) == 2


async def test_nobody_can_be_flooded_and_nobody_kept_from_declaring(
    world: World, client: httpx.AsyncClient, clocks: Clocks
) -> None:
    for _ in range(7):
        assert (await sent(client, NOBODY)).status_code == 303
    assert len(await world.mails(NOBODY)) == 5
    assert len(await world.declarations()) == 7  # each counts all the same
    answers = [await sent(client, f"x{number}@example.com") for number in range(5)]
    assert [one.status_code for one in answers] == [303, 303, 303, 429, 429]
    assert "Too many tries" in answers[-1].text
    assert TYPED["name"] in answers[-1].text
    clocks.wall.advance(timedelta(hours=1))
    assert (await sent(client)).status_code == 303


async def test_an_undo_link_that_is_no_use_answers_like_one_that_never_was(
    world: World, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody: Any = None  # the provider is never asked
    monkeypatch.setattr(undoing, "desk", lambda: Desk(lambda: world.db, nobody))
    await sent(client)
    (row,) = await world.declarations()
    unmatched = f"/cancel/undo/{undo_token_of(row.id)}/"
    answers = [await client.get(one) for one in (unmatched, "/cancel/undo/x/", "/cancel/undo/%00/")]
    answers.append(await client.post("/cancel/undo/x/", data={"": ""}))
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1


async def test_the_chooser_leads_to_each_business_and_is_left_out_for_one(
    world: World, client: httpx.AsyncClient
) -> None:
    alone = await client.get("/cancel/")
    assert (alone.status_code, alone.headers["location"]) == (303, "/cancel/acme/")
    async with world.db.unit_of_work() as session:
        await make_company(session, title="Lumen", route="lumen")
    page = (await client.get("/withdraw/")).text
    assert 'href="/withdraw/acme/"' in page
    assert 'href="/withdraw/lumen/"' in page
    unknown = await client.get("/cancel/%3Cscript%3E/")
    assert unknown.status_code == 404
    assert "script" not in unknown.text
    async with world.db.reading() as session:
        company = (await session.scalars(select(Company).where(Company.route == "acme"))).one()
    assert (await client.get(f"/cancel/{company.id}/")).status_code == 200
    assert (await client.get("/cancel")).headers["location"] == "/cancel/"


async def test_a_mail_row_holds_an_id_and_nothing_typed(
    world: World, client: httpx.AsyncClient
) -> None:
    await sent(client)
    async with world.db.reading() as session:
        (message,) = (await session.scalars(select(OutboxMessage))).all()
    assert set(message.payload) == {"declaration_id"}
