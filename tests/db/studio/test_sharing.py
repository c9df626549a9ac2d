"""Links to a draft: for a week, until revoked, and each company its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI

from portal_app.branding import publishing, sharing
from portal_app.branding.brand import Brand
from portal_app.branding.models import BrandPreview
from portal_app.branding.sharing import NoSuchPreview, TooManyPreviews, path_of
from portal_app.catalog.models import Creator, CreatorRole
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.settings import get_settings
from portal_app.studio.preview.look import sealed_policies
from portal_app.studio.preview.routes import router
from portal_app.studio.preview.views import OWN_CSS
from tests.conftest import Clocks
from tests.factories import make_company, make_person
from tests.http.auth.sign_in_client import browser
from tests.rows import all_of

DRAFT = Brand(wordmark="Draft & Co", accent="#7c3aed")
OTHER = Brand(wordmark="Lumen", accent="#0f766e")


@pytest.fixture
async def creators(
    db: Database, clocks: Clocks, settings: object
) -> tuple[CompanyCreator, CompanyCreator]:
    async with db.unit_of_work() as session:
        cleo = await make_person(session, "cleo@example.com", name="Cleo")
        ours = await make_company(session, id="biz_northwind", title="Northwind")
        theirs = await make_company(session, id="biz_lumen", title="Lumen", route="lumen")
    actor = Actor(cleo.id, "sess_1", "cleo@example.com", "en")
    made = CompanyCreator(actor, ours.id, True), CompanyCreator(actor, theirs.id, True)
    for creator, brand in zip(made, (DRAFT, OTHER), strict=True):
        async with db.unit_of_work() as session:
            await publishing.keep_draft(session, creator, brand)
    return made


async def shared(db: Database, creator: CompanyCreator) -> BrandPreview:
    async with db.unit_of_work() as session:
        return await sharing.share_draft(session, creator)


def token_of(preview: BrandPreview) -> str:
    return path_of(preview).split("/")[2]


async def seen(db: Database, token: str) -> tuple[str, Brand] | None:
    async with db.reading() as session:
        try:
            return await sharing.behind_preview(session, token)
        except NoSuchPreview:
            return None


async def test_a_link_shows_the_draft_as_it_was_for_seven_days(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator], clocks: Clocks
) -> None:
    ours, theirs = creators
    token = token_of(await shared(db, ours))
    async with db.unit_of_work() as session:
        await publishing.keep_draft(session, ours, OTHER)
    assert await seen(db, token) == (ours.company_id, DRAFT)
    assert await seen(db, token_of(await shared(db, theirs))) == (theirs.company_id, OTHER)
    kept = str([row.model_dump() for row in await all_of(db, BrandPreview)])
    assert token not in kept
    for guess in (
        "0" * 64,
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token.upper(),
        "\ud800",
    ):
        assert await seen(db, guess) is None
    clocks.wall.advance(timedelta(days=7) - timedelta(seconds=1))
    assert await seen(db, token) is not None
    clocks.wall.advance(timedelta(seconds=1))
    assert await seen(db, token) is None
    async with db.reading() as session:
        assert await sharing.previews_of(session, ours) == []


async def test_only_its_own_company_revokes_it(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = creators
    preview = await shared(db, ours)
    for creator, known in ((theirs, preview.id), (ours, "bprv_unknown")):
        with pytest.raises(NoSuchPreview):
            async with db.unit_of_work() as session:
                await sharing.revoke(session, creator, known)
    async with db.reading() as session:
        assert await sharing.previews_of(session, theirs) == []
    assert await seen(db, token_of(preview)) is not None
    async with db.unit_of_work() as session:
        await sharing.revoke(session, ours, preview.id)
    assert await seen(db, token_of(preview)) is None


async def test_links_that_are_over_make_room(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator], clocks: Clocks
) -> None:
    for _ in range(sharing.MOST):
        await shared(db, creators[0])
    with pytest.raises(TooManyPreviews):
        await shared(db, creators[0])
    clocks.wall.advance(sharing.LASTS)
    await shared(db, creators[0])
    assert len(await all_of(db, BrandPreview)) == 1


async def test_its_papers_are_the_real_ones_in_the_drafts_look_and_language(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator]
) -> None:
    path = path_of(await shared(db, creators[0]))
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    async with browser(app) as http:
        mail = await http.get(f"{path}renewal.html?lang=de&theme=dark")
        assert (mail.status_code, mail.headers["cache-control"]) == (200, "no-store")
        assert "background:#7c3aed" in mail.text
        assert "verlängert sich" in mail.text
        assert "@media all {" in mail.text
        policy = mail.headers["content-security-policy"]
        for part in ("default-src 'none'", "frame-ancestors 'self'", "sandbox"):
            assert part in policy
        for kind in ("trial_ending", "payment_failed", "cancelled"):
            assert (await http.get(f"{path}{kind}.html")).status_code == 200
        document = await http.get(f"{path}invoice.pdf")
        assert document.content.startswith(b"%PDF-")
        assert "frame-ancestors 'self'" in document.headers["content-security-policy"]
        refused = set()
        for other in (f"/preview/{'0' * 64}/renewal.html", "/preview/x/invoice.pdf"):
            answer = await http.get(other)
            refused.add((answer.status_code, answer.text, answer.headers["cache-control"]))
        assert refused == {(404, "This link doesn't work any more.", "no-store")}
        assert (await http.get(f"{path}receipt.html")).status_code == 404
        # The stylesheet of a page that is loaded again is one, and says as little.
        gone = await http.get(f"/preview/{'0' * 64}/{OWN_CSS}")
        assert (gone.status_code, gone.text) == (200, "")
        assert gone.headers["content-type"].startswith("text/css")
        # What is typed is the studio's: without a session there is no such address.
        typed = await http.get("/studio/preview/renewal.html?company=biz_northwind")
        assert (typed.status_code, "Draft" in typed.text) == (404, False)


async def test_a_paper_without_a_company_is_that_of_the_first_one(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = creators[0]

    async def signed_in(_cookies: str) -> Actor:
        return ours.actor

    monkeypatch.setattr("portal_app.studio.preview.routes.find_actor", signed_in)
    place = {"person_id": ours.actor.person_id, "created_at": wall_now()}
    async with db.unit_of_work() as session:
        session.add(Creator(company_id=ours.company_id, role=CreatorRole.OWNER, **place))
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    async with browser(app) as http:
        mail = await http.get("/studio/preview/renewal.html")
        # Customers get the file of who hosts the portal while the company has written nothing.
        file = get_settings().data_dir / "theme" / f"{ours.company_id}.css"
        file.parent.mkdir(exist_ok=True)
        file.write_text(".card{gap:4px}")
        own = await http.get(f"/studio/preview/{OWN_CSS}")
        # The portal's room shows what holds, whatever draft of a look there is.
        held = await http.get("/studio/preview/renewal.html?holds=1")
        drafted = await http.get(f"/studio/preview/{OWN_CSS}?holds=1")
        # And its mails say what is typed there, of whom it is typed.
        body = {"support": {"contact": "desk@northwind.test"}}
        typed = [
            await http.get(
                "/studio/preview/renewal.html", params={"policies": sealed_policies(at, body)}
            )
            for at in (ours.company_id, "biz_other")
        ]
    assert ["desk@northwind.test" in one.text for one in typed] == [True, False]
    assert "background:#7c3aed" not in held.text
    assert ".preview-look .card{gap:4px}" in drafted.text
    assert ".preview-look .card{gap:4px}" in own.text
    assert (mail.status_code, "background:#7c3aed" in mail.text) == (200, True)
