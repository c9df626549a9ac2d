"""Northwind, with something of everything that a creator can decide about, and its neighbour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.constants import RouteArgType
from reflex_base.registry import RegistrationContext
from sqlmodel import SQLModel, select

from portal_app.branding.models import BrandPreview, BrandVersion
from portal_app.catalog.models import Creator, CreatorRole, PortalConfiguration
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.identity.policy import policy_of
from portal_app.identity.sessions import start_session
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.provider import current
from portal_app.studio import pages
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
MEMBERSHIP, MEMBER = "mem_northwind", "mber_northwind"
REFERENCE = "C-TEST-0001"
# Found already, and in time: only that one can be given back.
IN_TIME = "C-TEST-0002"
PREVIEW = "bprv_northwind"
# What being a stranger's neighbour may leave behind: nothing.
WATCHED = (
    *("drafts", "brand_versions", "brand_images", "brand_previews", "portal_configurations"),
    *("creators", "changes", "declarations", "intents", "cancellations", "outbox", "transfers"),
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
        product = await make_product(session, company, id="prod_northwind", title="Northwind Room")
        plan = await make_plan(session, product)
        named = {"id": MEMBERSHIP, "member_id": MEMBER}
        held = await make_membership(session, ada, customer=customer, plan=plan, **named)
        await make_waiting(session, held, id="trf_waiting", recipient_address="ben@example.com")
        await make_company(session, id="biz_lumen", title="Lumen")
        await added(session, waiting_declaration(MEMBERSHIP))
    return MEMBERSHIP


def waiting_declaration(membership_id: str, **over: Any) -> Declaration:
    """A withdrawal of Ada's that waits for the seller: as much as can be done with one."""
    given = {
        "form_key": "form_1",
        "kind": DeclarationKind.WITHDRAWAL,
        "company_id": "biz_northwind",
        "name": "Ada Lovelace",
        "address": "ada@example.com",
        "address_key": "ada@example.com",
        "contract": "the room",
        "asked_at": NOW,
        "undo_digest": "digest",
        "due_at": NOW,
        "handled_at": NOW,
        "finding": Finding.SEVERAL,
        "reference": REFERENCE,
        "membership_id": membership_id,
    }
    return Declaration(**{**given, **over})


class Away:
    """A provider that never answers; what was asked of it stands in `intents`."""

    def __getattr__(self, name: str) -> Any:
        async def unanswered(*_given: object, **_named: object) -> None:
            raise ProviderUnavailable(name)

        return unanswered


@pytest.fixture
async def owned(db: Database, membership_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside Northwind's membership a link, versions and a refund of the company's."""
    monkeypatch.setattr(current, "_current", [Away()])
    place: dict[str, Any] = {"company_id": "biz_northwind", "created_at": NOW}
    look = {"wordmark": "Northwind", "accent": "#0f766e"}
    async with db.unit_of_work() as session:
        link = {"digest": "digest", "body": look, "expires_at": NOW + timedelta(days=7)}
        await added(session, BrandPreview(**place, **link, id=PREVIEW))
        await added(session, BrandVersion(**place, version=1, body=look))
        await added(session, PortalConfiguration(**place, version=1, body={}))
        refund = {"back_minor": 2900, "kept_minor": 0, "currency": "USD"}
        found = {"finding": Finding.IN_TIME, "member_id": MEMBER, "refund": refund}
        keys = {"form_key": "form_2", "undo_digest": "digest_2", "reference": IN_TIME}
        await added(session, waiting_declaration(MEMBERSHIP, **found, **keys))


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


async def rows(db: Database, *, without: str = "") -> dict[str, list[Any]]:
    """Those of *without* a company may change, as may the note that some page has to follow."""
    async with db.reading() as session:
        found = {
            name: [tuple(row) for row in await session.execute(select(table))]
            for name, table in SQLModel.metadata.tables.items()
            if name in WATCHED and not (without and name == "changes")
        }
    return {
        name: [row for row in of if not without or without not in row] for name, of in found.items()
    }
