"""The studio's doors: whoever does not act for a company gets and changes nothing of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reflex as rx
from reflex.constants import RouteArgType
from reflex.utils.format import json_dumps
from reflex_base.registry import RegistrationContext
from sqlmodel import SQLModel, col, select

from portal_app.catalog import versions
from portal_app.catalog.models import Creator, CreatorRole, DraftKind
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.identity.actor import ActorKind, Author
from portal_app.identity.policy import Policy, policy_of
from portal_app.identity.sessions import start_session
from portal_app.identity.state import TabState
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.studio import pages
from portal_app.studio.brand.state import BrandStudioState
from portal_app.studio.declarations.state import DeclaredQueueState
from portal_app.studio.home.state import StudioHomeState
from portal_app.studio.membership.state import SoldMembershipState
from portal_app.studio.portal.state import PortalStudioState
from portal_app.studio.state import StudioState
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.factories import (
    make_company,
    make_customer,
    make_membership,
    make_person,
    make_plan,
    make_product,
)
from tests.rows import NOW, added
from tests.states.guarded_tab import Tab, guarded_tab
from tests.transfer_factories import make_waiting

assert pages  # importing it registers every handler of the studio
SECRETS = ("Northwind", "Ada Lovelace", "ada@example.com")
REFERENCE = "C-TEST-0001"
HOSTILE: tuple[Any, ...] = (
    *("", "x" * 500, "biz_lumen", REFERENCE),
    {"q": "ada", "accent": "#000000", "reference": REFERENCE, "reason": "x", "membership": "x"},
    "trf_waiting",
    {"transfer": "trf_waiting", "reason": "No"},
)
# What being a stranger's neighbour may leave behind: nothing.
WATCHED = (
    *("drafts", "brand_versions", "brand_images", "portal_configurations", "changes"),
    *("declarations", "intents", "cancellations", "outbox", "transfers"),
)


@pytest.fixture
async def tab(
    clocks: Clocks, settings: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tab]:
    rx.State.setup_dynamic_args({"membership_id": RouteArgType.SINGLE})
    async with guarded_tab(monkeypatch) as tab:
        yield tab
    assert tab.errors == []


@pytest.fixture
async def membership_id(db: Database) -> str:
    """Northwind's, held by Ada."""
    async with db.unit_of_work() as session:
        company = await make_company(session, id="biz_northwind", title="Northwind")
        ada = await make_person(session, name="Ada Lovelace")
        customer = await make_customer(session, ada, name="Ada Lovelace")
        plan = await make_plan(session, await make_product(session, company))
        held = await make_membership(session, ada, customer=customer, plan=plan)
        await make_waiting(session, held, id="trf_waiting", recipient_address="ben@example.com")
        await make_company(session, id="biz_lumen", title="Lumen")
        await added(session, waiting_declaration(held.membership.id))
    return held.membership.id


def waiting_declaration(membership_id: str) -> Declaration:
    """A withdrawal of Ada's that waits for Northwind: as much as can be done with one."""
    return Declaration(
        form_key="form_1",
        kind=DeclarationKind.WITHDRAWAL,
        company_id="biz_northwind",
        name="Ada Lovelace",
        address="ada@example.com",
        address_key="ada@example.com",
        contract="the room",
        asked_at=NOW,
        undo_digest="digest",
        due_at=NOW,
        handled_at=NOW,
        finding=Finding.SEVERAL,
        reference=REFERENCE,
        membership_id=membership_id,
    )


async def cookie_of(
    db: Database, email: str, company_id: str = "", role: CreatorRole = CreatorRole.OWNER
) -> str:
    async with db.unit_of_work() as session:
        person = await make_person(session, email)
        if company_id:
            row = Creator(
                company_id=company_id, person_id=person.id, role=role, created_at=wall_now()
            )
            await added(session, row)
        token = await start_session(session, person_id=person.id, user_agent="", now=wall_now())
    return f"portal_session={token}"


def handlers() -> dict[str, Any]:
    found = RegistrationContext.ensure_context().event_handlers
    return {
        name: one
        for name, one in found.items()
        if one.states[0].__module__.startswith("portal_app.studio") and policy_of(one)
    }


async def rows(db: Database) -> dict[str, list[Any]]:
    async with db.reading() as session:
        return {
            name: [tuple(row) for row in await session.execute(select(table))]
            for name, table in SQLModel.metadata.tables.items()
            if name in WATCHED
        }


@pytest.mark.parametrize("stranger", ["anonymous", "customer", "another creator"])
async def test_no_handler_tells_or_changes_anything_for_strangers(
    tab: Tab, db: Database, membership_id: str, stranger: str
) -> None:
    if stranger != "anonymous":
        company = "biz_lumen" if stranger == "another creator" else ""
        tab.cookie = await cookie_of(db, "dan@example.com", company)
    before = await rows(db)
    assert len(handlers()) >= 10
    for name, handler in handlers().items():
        code = handler.handler.fn.__code__
        given = code.co_varnames[1 : code.co_argcount]
        for value in HOSTILE:
            payload = dict.fromkeys(given, value)
            for path in ("/studio/", f"/studio/memberships/{membership_id}/"):
                await tab.send(name, f"{path}?company=biz_northwind", **payload)
    told = "".join(json_dumps(delta) for delta in tab.emitted.deltas)
    assert [secret for secret in SECRETS if secret in told] == []
    assert await rows(db) == before
    tab.errors.clear()  # a form that is no form may break its handler, and nothing else


async def test_strangers_and_unknown_companies_see_the_same(
    tab: Tab, db: Database, membership_id: str
) -> None:
    tab.cookie = await cookie_of(db, "dan@example.com", "biz_lumen")
    seen = set()
    for company in ("biz_northwind", "biz_unknown", "%"):
        await tab.send(StudioHomeState.load, f"/studio/?company={company}")
        state = await tab.state(StudioHomeState)
        seen.add((state.phase, str(state.view)))
    assert len(seen) == 1
    assert seen.pop()[0] == "missing"
    await tab.send(StudioHomeState.load, "/studio/")
    assert (await tab.state(StudioHomeState)).phase == "ready"
    await tab.send(SoldMembershipState.load, f"/studio/memberships/{membership_id}/")
    assert (await tab.state(SoldMembershipState)).phase == "missing"


async def test_a_creator_sees_their_company_and_the_way_to_it(
    tab: Tab, db: Database, membership_id: str
) -> None:
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    await tab.send(StudioHomeState.load, "/studio/?company=biz_northwind&q=ada")
    state = await tab.state(StudioHomeState)
    assert [one.who for one in state.view.sold] == ["Ada Lovelace"]
    assert (await tab.state(TabState)).is_creator
    tab.cookie = await cookie_of(db, "eve@example.com")
    await tab.send(StudioHomeState.load, "/studio/")
    assert not (await tab.state(TabState)).is_creator
    assert (await tab.state(StudioHomeState)).view.sold == []


async def test_staff_read_what_waits_and_close_it_with_a_reason(
    tab: Tab, db: Database, membership_id: str
) -> None:
    path = "/studio/declarations/?company=biz_northwind"
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    await tab.send(DeclaredQueueState.load, path)
    assert (await tab.state(StudioState)).frame.waiting == {"transfers": "1", "declarations": "1"}
    (row,) = (await tab.state(DeclaredQueueState)).view.rows
    assert [one.id for one in row.candidates] == [membership_id]
    form = {"reference": REFERENCE, "reason": " "}
    await tab.send(DeclaredQueueState.refuse_it, path, form=form)
    (row,) = (await tab.state(DeclaredQueueState)).view.rows
    assert row.error == "Say why, so that it can be looked up later."
    await tab.send(DeclaredQueueState.refuse_it, path, form={**form, "reason": "By phone"})
    assert (await tab.state(DeclaredQueueState)).view.rows == []
    assert (await tab.state(StudioState)).frame.waiting == {"transfers": "1"}


FORMS: Any = pytest.mark.parametrize(
    "sheet",
    [
        (PortalStudioState, "portal", DraftKind.PORTAL, {}),
        (BrandStudioState, "brand", DraftKind.BRAND, {"form": {}}),
    ],
    ids=["portal", "brand"],
)


@FORMS
async def test_an_old_tab_reverts_nothing_that_a_colleague_saved(
    tab: Tab, db: Database, membership_id: str, sheet: tuple[Any, str, DraftKind, dict[str, Any]]
) -> None:
    form, room, kind, given = sheet
    path = f"/studio/{room}/?company=biz_northwind"
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind")
    await tab.send(form.load, path)
    theirs = {"wordmark": "Theirs", "accent": "#0f766e"} if room == "brand" else {"cancel": {}}
    async with db.unit_of_work() as session:
        author = Author(ActorKind.OPERATOR)
        await versions.save_draft(session, kind, "biz_northwind", theirs, author)
    before = await rows(db)
    for handler, payload in (
        (form.save, given),
        (form.publish, {}),
        (form.discard, {}),
        (form.restore, {"number": "0"}),
    ):
        await tab.send(handler, path, **payload)
        assert (await tab.state(NoticeState)).text.startswith("Somebody else changed this")
        assert await rows(db) == before
    await tab.send(form.load, path)
    await tab.send(form.publish, path)
    assert len((await rows(db))["changes"]) == 1 + len(before["changes"])


@FORMS
async def test_what_is_typed_for_one_company_is_not_saved_for_another(
    tab: Tab, db: Database, membership_id: str, sheet: tuple[Any, str, DraftKind, dict[str, Any]]
) -> None:
    form, room, _, given = sheet
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind")
    async with db.unit_of_work() as session:
        (person,) = await session.scalars(select(col(Creator.person_id)))
        place: dict[str, Any] = {"role": CreatorRole.OWNER, "created_at": wall_now()}
        await added(session, Creator(company_id="biz_lumen", person_id=person, **place))
    await tab.send(form.load, f"/studio/{room}/?company=biz_northwind")
    before = await rows(db)
    await tab.send(form.save, f"/studio/{room}/?company=biz_lumen", **given)
    assert await rows(db) == before
    # Now the fields are of the company in the address.
    await tab.send(form.save, f"/studio/{room}/?company=biz_lumen", **given)
    assert len((await rows(db))["drafts"]) == 1


async def test_which_handlers_are_an_owners(tab: Tab) -> None:
    """As each declares; that staff are refused is the guard's."""
    policies = {name.rsplit(".", 1)[-1]: policy_of(one) for name, one in handlers().items()}
    owners = {name for name, policy in policies.items() if policy is Policy.OWNER}
    assert owners == OWNERS


OWNERS = {"publish", "restore", "refund"}
