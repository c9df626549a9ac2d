"""The recipient's pages, and everything that somebody may try at them."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import stripe
from fastapi import FastAPI
from sqlalchemy import update

from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.branding.publishing import publish_brand
from portal_app.identity.actor import Actor, ActorKind, Author, CompanyKey
from portal_app.identity.models import LoginSession
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Membership
from portal_app.provider import current
from portal_app.transfers import routes
from portal_app.transfers.links import path_of, stop_path_of, token_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import offer_as_company, sender_page, withdraw
from portal_app.transfers.views import transfer_view
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import browser
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of
from tests.provider.sandbox_server import SandboxServer

As = Callable[[Actor | None], None]


@pytest.fixture
async def over(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    settings: Any,
) -> AsyncIterator[Handover]:
    counter_at.cache_clear()
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield await handover_of(shop)


@pytest.fixture
def signed_in_as(monkeypatch: pytest.MonkeyPatch) -> As:
    """Whom the session cookie of the next requests proves."""

    def become(actor: Actor | None) -> None:
        async def find(_header: str) -> Actor | None:
            return actor

        monkeypatch.setattr(routes, "find_actor", find)

    become(None)
    return become


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(redirect_slashes=False)
    app.include_router(routes.router)
    async with browser(app) as client:
        yield client


async def sign_in(db: Database, *person_ids: str) -> None:
    now = wall_now()
    async with db.unit_of_work() as session:
        for place, person_id in enumerate(person_ids):
            session.add(
                LoginSession(
                    person_id=person_id,
                    token_digest=f"digest {place}",
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + timedelta(hours=12),
                )
            )


def named(actor: Actor, email: str) -> Actor:
    return Actor(actor.person_id, actor.session_id, email, actor.locale)


async def test_it_is_read_without_signing_in_and_accepted_by_the_one_it_was_offered_to(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    shop, transfer = over.shop, await over.offered()
    path = path_of(transfer.id)
    page = await http.get(path)
    assert page.status_code == 200
    assert "a•••@example.com" in page.text
    assert "ada@example.com" not in page.text
    assert "$29.00 per month" in page.text
    assert "accept/" not in page.text
    for action in ("accept/", "decline/", "card/"):
        asked = await http.post(path + action, data={"": ""})
        assert asked.headers["location"].startswith("/login/?next=/transfer/")
    assert (await over.row(transfer)).state is TransferState.OFFERED

    signed_in_as(named(shop.ben, "ben@example.com"))
    page = await http.get(path)
    assert "$0.00" in page.text
    assert "Accept – $29.00 per month from 29 Feb 2024" in page.text
    assert (await over.row(transfer)).state is TransferState.OPENED
    shown = page.text.split('name="shown" value="')[1].split('"')[0]
    method = page.text.split('name="method" value="')[1].split('"')[0]
    for form in (
        {"shown": "0" * 64, "method": method},
        {"method": method},
        {"shown": shown},
        {"shown": shown, "method": "payt_nobodys"},
    ):
        refused = await http.post(path + "accept/", data=form)
        assert refused.status_code in {404, 409}
    assert (await over.row(transfer)).state is TransferState.OPENED
    done = await http.post(path + "accept/", data={"shown": shown, "method": method})
    row = await over.row(transfer)
    assert done.headers["location"] == f"/billing/manage/{row.to_member_id}/"
    assert "Accept – $29.00 per month from 29 Feb 2024" in row.consent
    assert "You can cancel at any time" in row.consent
    again = await http.post(path + "accept/", data={"shown": shown, "method": method})
    assert again.status_code == 200
    assert f"/billing/manage/{row.to_member_id}/" in again.text
    signed_in_as(None)
    assert (await http.get(path)).status_code == 410


async def test_a_leaked_link_is_of_no_use_to_a_third_account_nor_to_the_sender(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    transfer = await over.offered("somebody@example.com")
    for actor, words in (
        (named(over.shop.ben, "ben@example.com"), "This offer is for another account"),
        (named(over.shop.ada, "ada@example.com"), "This is your own offer"),
    ):
        signed_in_as(actor)
        page = await http.get(path_of(transfer.id))
        assert words in page.text
        assert actor.email in page.text
        for learned in ("Take over", "$29.00", "Northwind", "somebody@"):
            assert learned not in page.text
        for action in ("accept/", "decline/", "card/"):
            refused = await http.post(path_of(transfer.id) + action, data={"shown": "x"})
            assert refused.status_code == 409
    row = await over.row(transfer)
    assert (row.state, row.opened_at) == (TransferState.OFFERED, None)


async def test_guessed_links_all_get_the_same_answer(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    transfer = await over.offered()
    token = token_of(transfer.id)
    signed_in_as(named(over.shop.ben, "ben@example.com"))
    guesses = ("0" * 64, token[:-1] + ("0" if token[-1] != "0" else "1"), "x", token.upper())
    # To the sender, the link is their own: nobody has sent it to them.
    for start, words in (
        ("/transfer/", "Ask whoever sent it"),
        ("/transfer/stop/", 'href="/login/"'),
    ):
        pages = [await http.get(f"{start}{guess}/") for guess in guesses]
        ((status, text),) = {(page.status_code, page.text) for page in pages}
        assert status == 404
        assert words in text


async def test_an_open_offer_is_dressed_as_its_company_and_a_dead_link_as_nobody(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    transfer = await over.offered()
    look = Brand(wordmark="Acme & Sons", accent="#7c3aed", terms_url="https://acme.test/terms")
    async with over.db.unit_of_work() as session:
        held = await session.get_one(Membership, transfer.membership_id)
        await publish_brand(session, held.company_id, look, Author(ActorKind.OPERATOR))
    await looks.refresh(at_most_every=0)
    page = (await http.get(path_of(transfer.id))).text
    assert "Acme &amp; Sons</a>" in page
    assert f"/brand/{held.company_id}.css?v=" in page
    assert 'href="https://acme.test/terms"' in page
    async with over.db.reading() as session:
        seen = await sender_page(session, over.shop.ada, over.member_id, business_now())
    assert [one.kind for one in transfer_view(Reader("en"), seen).brand_links] == ["terms"]
    await withdraw(over.db, over.shop.ada, over.member_id)
    for path in (path_of(transfer.id), f"/transfer/{'0' * 64}/"):
        dead = (await http.get(path)).text
        assert "Acme" not in dead
        assert "/brand/" not in dead


async def test_dead_links_say_why(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As, clocks: Clocks
) -> None:
    transfer = await over.offered()
    await withdraw(over.db, over.shop.ada, over.member_id)
    page = await http.get(path_of(transfer.id))
    assert (page.status_code, "withdrawn" in page.text) == (410, True)
    second = await over.offered()
    over.shop.client.v1.subscriptions.update(over.shop.subs[0], {"cancel_at_period_end": True})
    await over.hear()
    page = await http.get(path_of(second.id))
    assert (page.status_code, "right now" in page.text) == (410, True)


async def signed_out(over: Handover) -> list[str]:
    """Whose sessions were ended."""
    found = await rows(over.db, LoginSession)
    return sorted(one.person_id for one in found if one.revoked_at is not None)


async def test_it_was_not_me_stops_it_by_a_press_only_and_ends_every_session_of_the_sender(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    ada, ben = over.shop.ada.person_id, over.shop.ben.person_id
    await sign_in(over.db, ada, ada, ben)
    transfer = await over.offered()
    path = stop_path_of(transfer.id)
    for method in ("GET", "HEAD", "GET"):
        assert (await http.request(method, path)).status_code == 200
    for other in (path_of(transfer.id), f"/transfer/stop/{token_of(transfer.id)}/"):
        await http.post(other, data={"": ""})
    assert (await over.row(transfer)).state is TransferState.OFFERED
    assert await signed_out(over) == []
    stopped = await http.post(path, data={"": ""})
    assert "signed out" in stopped.text
    assert await signed_out(over) == [ada, ada]
    row = await over.row(transfer)
    assert (row.state, row.reason) == (TransferState.WITHDRAWN, "not_me")


async def test_what_was_accepted_already_is_not_said_to_be_stopped(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    transfer = await over.offered()
    async with over.db.unit_of_work() as session:
        accepted = update(Transfer).values(state=TransferState.ACCEPTED)
        await session.execute(accepted)
    pages = [
        await http.get(stop_path_of(transfer.id)),
        await http.post(stop_path_of(transfer.id), data={"": ""}),
    ]
    for page in pages:
        assert "can't be stopped any more" in html.unescape(page.text)
        assert "is stopped" not in page.text
        assert "stop it" not in page.text
    assert "signed out" in pages[1].text
    assert (await over.row(transfer)).state is TransferState.ACCEPTED


async def test_a_trial_is_not_called_paid(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    async with over.db.unit_of_work() as session:
        ends = Membership.current_period_end
        await session.execute(
            update(Membership).values(stripe_status="trialing", trial_end_at=ends)
        )
    async with over.db.reading() as session:
        page = await sender_page(session, over.shop.ada, over.member_id, business_now())
    moves = " ".join(transfer_view(Reader("en"), page).moves)
    assert "The free trial, until" in moves
    assert "paid for" not in moves
    transfer = await over.offered()
    offered = (await http.get(path_of(transfer.id))).text
    assert "is free. From then on it is charged to you." in offered
    assert "is paid already" not in offered


async def test_a_companys_link_is_for_whoever_has_it_and_once(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    shop: Shop = over.shop
    key = CompanyKey("biz_northwind", "apik_1")
    page = await shop.held(shop.ada)
    membership: Membership = page[0].row.membership
    made = [
        await offer_as_company(over.db, shop.writer, key, membership.id, bypasses_policy=False)
        for _ in range(2)
    ]
    assert made[0].id == made[1].id
    await over.accept(named(shop.ben, "ben@example.com"), made[0])
    (transfer,) = await rows(over.db, Transfer)
    assert (transfer.state, transfer.recipient_person_id) == (
        TransferState.COMPLETED,
        shop.ben.person_id,
    )
    assert (await one(over.db, Membership, id=membership.id)).company_id == "biz_northwind"
