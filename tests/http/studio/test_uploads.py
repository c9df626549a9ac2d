"""What creators upload: pictures are drawn anew, all else and everybody else is refused."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from portal_app.branding import publishing
from portal_app.branding.images import LARGEST_FILE, NoPicture, drawn_anew
from portal_app.branding.models import BrandImage
from portal_app.branding.routes import router as brand_router
from portal_app.branding.theme_file import schema_text
from portal_app.catalog.models import Creator, CreatorRole, Draft
from portal_app.identity.actor import ActorKind, Author
from portal_app.identity.sessions import session_cookie, start_session
from portal_app.kit.db import Database
from portal_app.studio.brand.routes import router
from portal_app.studio.portal import policy_schema
from portal_app.studio.portal.routes import router as portal_router
from tests.conftest import NOW, Clocks
from tests.factories import make_company, make_person, make_product
from tests.rows import added, all_of

ROOT = Path(__file__).parents[3]
LOGO = "/studio/brand/logo/logo/?company=biz_northwind"


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 200), **extra: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0f766e").save(out, kind, **extra)
    return out.getvalue()


@pytest.fixture
async def client(settings: Any, clocks: Clocks, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    app.include_router(brand_router)
    app.include_router(portal_router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


@pytest.fixture
async def cookies(db: Database, clocks: Clocks) -> dict[str, str]:
    """Cleo's of Northwind, Dan's of Lumen, Eve's of nothing, and nobody's."""
    found = {"nobody": ""}
    async with db.unit_of_work() as session:
        for name, company_id in (("cleo", "biz_northwind"), ("dan", "biz_lumen"), ("eve", "")):
            person = await make_person(session, f"{name}@example.com")
            if company_id:
                await make_company(session, id=company_id)
                await added(
                    session,
                    Creator(
                        company_id=company_id,
                        person_id=person.id,
                        role=CreatorRole.STAFF,
                        created_at=NOW,
                    ),
                )
            found[name] = await start_session(session, person_id=person.id, user_agent="", now=NOW)
    return {name: f"{session_cookie()}={token}" for name, token in found.items()}


async def post(
    client: httpx.AsyncClient, address: str, cookie: str, content: bytes, seen: str = "0 "
) -> Any:
    """*seen* is what the page of the form showed; by default that there is nothing yet."""
    return await client.post(
        address, headers={"cookie": cookie}, data={"seen": seen}, files={"file": ("x.png", content)}
    )


@pytest.mark.parametrize("who", ["dan", "eve", "nobody"])
async def test_strangers_get_one_answer_whichever_company_they_name(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str], who: str
) -> None:
    answers = set()
    for company in ("biz_northwind", "biz_unknown"):
        query = f"?company={company}"
        uploads = ("brand/logo/logo", "brand/theme", "portal/file")
        for address in (f"/studio/{one}/{query}" for one in uploads):
            reply = await post(client, address, cookies[who], picture())
            answers.add((reply.status_code, reply.text.replace(company, "")))
        for file in ("brand/theme.json", "portal/portal.json"):
            got = await client.get(f"/studio/{file}{query}", headers={"cookie": cookies[who]})
            answers.add((got.status_code, got.status_code == 404))
    assert {status for status, _ in answers} == {404}
    assert len({text for _, text in answers if isinstance(text, str)}) <= 2  # rooms to go back to
    assert [*await all_of(db, BrandImage), *await all_of(db, Draft)] == []


async def test_a_picture_is_ours_when_it_is_served(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str]
) -> None:
    uploaded = picture("JPEG", comment=b"<script>secret</script>")
    reply = await post(client, LOGO, cookies["cleo"], uploaded)
    assert (reply.status_code, reply.headers["location"]) == (
        303,
        "/studio/brand/?company=biz_northwind",
    )
    (image,) = await all_of(db, BrandImage)
    (draft,) = await all_of(db, Draft)
    assert draft.body["logo"] == image.name
    served = await client.get(f"/brand/images/{image.name}.png")
    assert served.headers["content-type"] == "image/png"
    assert b"secret" in uploaded
    assert b"secret" not in served.content
    with Image.open(io.BytesIO(served.content)) as shown:
        assert (shown.format, shown.size) == ("PNG", (448, 112))
    missing = await client.get("/brand/images/img_0.png")
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        b"GIF89a" + b"x" * 100,
        picture("BMP"),
        picture(size=(4000, 2001)),
        picture()[:-100],
        picture() + b"\0" * LARGEST_FILE,
    ],
    ids=["nothing", "svg", "xml", "no png", "gif", "bmp", "bomb", "cut", "large"],
)
def test_what_is_no_picture_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(NoPicture):
        drawn_anew(content)


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str]
) -> None:
    reply = await post(client, LOGO, cookies["cleo"], b"\x89PNG\r\n\x1a\n" + b"x" * 1_100_000)
    assert reply.status_code == 413
    assert await all_of(db, Draft) == []


async def test_a_theme_file_becomes_the_draft_and_comes_back_the_same(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str]
) -> None:
    theme = {"$schema": "x", "wordmark": "Northwind", "accent": "#4338ca", "radius": "round"}
    address = "/studio/brand/theme/?company=biz_northwind"
    assert (
        await post(client, address, cookies["cleo"], json.dumps(theme).encode())
    ).status_code == 303
    got = await client.get(
        "/studio/brand/theme.json?company=biz_northwind", headers={"cookie": cookies["cleo"]}
    )
    assert {**got.json(), "$schema": "x"} == {**theme, "font": "system"}
    for wrong in (b"[]", b"{", b'{"css": "x"}', b'{"wordmark": "N", "accent": "red"}'):
        reply = await post(client, address, cookies["cleo"], wrong)
        assert reply.status_code == 400
        assert "<h1" in reply.text
    schema = await client.get("/brand/theme.schema.json")
    assert schema.text == schema_text()


@pytest.mark.parametrize(
    ("room", "content"),
    [
        ("brand/theme", b'{"wordmark": "Old tab", "accent": "#4338ca"}'),
        ("brand/logo/logo_dark", picture()),
        ("portal/file", b"{}"),
    ],
    ids=["theme", "picture", "settings"],
)
async def test_a_file_takes_the_place_of_nothing_that_its_page_did_not_show(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str], room: str, content: bytes
) -> None:
    address = f"/studio/{room}/?company=biz_northwind"
    assert (await post(client, address, cookies["cleo"], content)).status_code == 303
    (draft,) = await all_of(db, Draft)
    for seen in ("0 ", "", "x"):
        reply = await post(client, address, cookies["cleo"], content, seen)
        assert (reply.status_code, "Somebody else changed this" in reply.text) == (409, True)
    seen = f"0 {draft.saved_at.isoformat()}"
    assert (await post(client, address, cookies["cleo"], content, seen)).status_code == 303


async def test_a_picture_brings_back_no_draft_that_was_published_meanwhile(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str]
) -> None:
    assert (await post(client, LOGO, cookies["cleo"], picture())).status_code == 303
    (draft,) = await all_of(db, Draft)
    async with db.unit_of_work() as session:
        brand = await publishing.drafted_brand(session, "biz_northwind")
        operator = Author(ActorKind.OPERATOR)
        await publishing.publish_brand(session, "biz_northwind", brand, operator)
    seen = f"0 {draft.saved_at.isoformat()}"
    reply = await post(client, LOGO, cookies["cleo"], picture(size=(300, 100)), seen)
    assert reply.status_code == 409
    assert (len(await all_of(db, BrandImage)), await all_of(db, Draft)) == (1, [])


async def test_a_picture_that_nobody_could_see_is_refused_in_the_readers_language(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str]
) -> None:
    german = {"accept-language": "de", "cookie": cookies["cleo"]}
    files = {"file": ("x.png", picture(size=(4000, 1)))}
    reply = await client.post(LOGO, headers=german, data={"seen": "0 "}, files=files)
    assert (reply.status_code, "höchstens 20-mal so breit wie hoch" in reply.text) == (400, True)
    assert await all_of(db, BrandImage) == []


def test_the_schema_in_the_documentation_is_the_one_that_is_served() -> None:
    assert (ROOT / "docs" / "theme.schema.json").read_text("utf-8") == schema_text()


async def test_a_settings_file_becomes_the_draft_and_comes_back_the_same(
    client: httpx.AsyncClient, db: Database, cookies: dict[str, str]
) -> None:
    async with db.unit_of_work() as session:
        await make_product(session, id="prod_room", company_id="biz_northwind")
        await make_product(session, id="prod_other", company_id="biz_lumen")
    told = {
        "cancel": {"at_once": True, "offers": ["pause"]},
        "products": {"prod_room": {"pause": {"longest_months": 6}}},
    }
    address, cookie = "/studio/portal/file/?company=biz_northwind", cookies["cleo"]
    reply = await post(client, address, cookie, json.dumps({"$schema": "x", **told}).encode())
    assert (reply.status_code, reply.headers["location"]) == (
        303,
        "/studio/portal/?company=biz_northwind",
    )
    (draft,) = await all_of(db, Draft)
    assert (draft.kind, draft.company_id, draft.body) == ("portal", "biz_northwind", told)
    got = await client.get(
        "/studio/portal/portal.json?company=biz_northwind", headers={"cookie": cookie}
    )
    assert got.json() == {"$schema": "http://localhost:3000/brand/portal.schema.json", **told}
    wrong = {"cancel": {"never": True}, "products": {"prod_other": {}}}
    reply = await post(client, address, cookie, json.dumps(wrong).encode())
    assert reply.status_code == 400
    assert "<code>cancel.never</code>: There is no such setting." in reply.text
    assert "<code>products.prod_other</code>: The company has no such product." in reply.text
    assert [row.body for row in await all_of(db, Draft)] == [told]
    schema = await client.get("/brand/portal.schema.json")
    assert schema.text == policy_schema.schema_text()
    assert (ROOT / "docs" / "portal.schema.json").read_text("utf-8") == schema.text
