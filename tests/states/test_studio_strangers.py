"""The studio's doors: whoever does not act for a company gets and changes nothing of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reflex.utils.format import json_dumps

from portal_app.catalog.models import CreatorRole
from portal_app.identity.policy import Policy, policy_of
from portal_app.kit.db import Database
from portal_app.memberships.errors import MembershipNotFound
from portal_app.studio.brand.state import BrandStudioState
from portal_app.studio.declarations.state import DeclaredQueueState
from portal_app.studio.home.state import StudioHomeState
from portal_app.studio.membership.state import SoldMembershipState
from portal_app.studio.portal.state import PortalStudioState
from portal_app.studio.sharing.state import ShareState
from portal_app.studio.transfers.state import TransferQueueState
from portal_app.ui.notices import NoticeState
from tests.factories import make_customer, make_membership, make_person, make_plan, make_product
from tests.rows import added
from tests.states.guarded_tab import Tab
from tests.states.studio_world import (
    IN_TIME,
    MEMBERSHIP,
    PREVIEW,
    REFERENCE,
    cookie_of,
    handlers,
    membership_id,
    owned,
    rows,
    tab,
    waiting_declaration,
)

__all__ = ["membership_id", "owned", "tab"]
PATHS = ("/studio/", f"/studio/memberships/{MEMBERSHIP}/")
SECRETS = ("Northwind", "Ada Lovelace", "ada@example.com")
HOSTILE: tuple[Any, ...] = (
    *("", "x" * 500, "biz_lumen", REFERENCE),
    {"q": "ada", "accent": "#000000", "reference": REFERENCE, "reason": "x", "membership": "x"},
    "trf_waiting",
    {"transfer": "trf_waiting", "reason": "No"},
)


BEN = "ben@example.com"
NO = {"reason": "No"}
ABOUT = {"reference": REFERENCE, "membership": MEMBERSHIP}
# What each argument of a handler is called → what Northwind's own creator would send.
THEIRS: dict[str, Any] = {
    "company_id": "biz_northwind",
    "product_id": "prod_northwind",
    "membership_id": MEMBERSHIP,
    "transfer_id": "trf_waiting",
    "preview_id": PREVIEW,
    "reference": REFERENCE,
    "number": "1",
    "form": {"q": "ada", "accent": "#000000", "transfer": "trf_waiting", **ABOUT, **NO},
    # Of a form's fields, whosever it is.
    "name": "wordmark",
    "value": "x",
    "key": "0",
    "column": "label",
    "up": True,
    "colour": "#000000",
    "which": "cancel",
    "device": "phone",
    "theme": "dark",
    "language": "de",
}


def secrets_told(tab: Tab) -> list[str]:
    told = "".join(json_dumps(delta) for delta in tab.emitted.deltas)
    return [secret for secret in SECRETS if secret in told]


def arguments(handler: Any) -> tuple[str, ...]:
    code = handler.handler.fn.__code__
    return tuple(code.co_varnames[1 : code.co_argcount])


@pytest.mark.parametrize("stranger", ["anonymous", "customer", "another creator"])
async def test_no_handler_tells_or_changes_anything_for_strangers(
    tab: Tab, db: Database, owned: None, stranger: str
) -> None:
    if stranger != "anonymous":
        company = "biz_lumen" if stranger == "another creator" else ""
        tab.cookie = await cookie_of(db, "dan@example.com", company)
    tab.place = {"membership_id": MEMBERSHIP}
    before = await rows(db)
    assert len(handlers()) >= 10
    for name, handler in handlers().items():
        given = arguments(handler)
        payloads = [dict.fromkeys(given, value) for value in HOSTILE]
        for payload in (*payloads, {one: THEIRS[one] for one in given}):
            for path in PATHS:
                await tab.send(name, f"{path}?company=biz_northwind", **payload)
    assert secrets_told(tab) == []
    assert await rows(db) == before
    tab.errors.clear()  # a form that is no form may break its handler, and nothing else


async def test_no_handler_does_with_foreign_ids_what_the_own_company_may(
    tab: Tab, db: Database, owned: None
) -> None:
    """Past the guard: a creator who acts for their own company, and names what is Northwind's."""
    tab.cookie = await cookie_of(db, "dan@example.com", "biz_lumen")
    tab.place = {"membership_id": MEMBERSHIP}
    before = await rows(db, without="biz_lumen")
    for name, handler in handlers().items():
        for path in PATHS:
            payload = {one: THEIRS[one] for one in arguments(handler)}
            await tab.send(name, f"{path}?company=biz_lumen", **payload)
    assert secrets_told(tab) == []
    assert await rows(db, without="biz_lumen") == before


TRANSFERS, DECLARED = TransferQueueState, DeclaredQueueState
BRAND, PORTAL = BrandStudioState, PortalStudioState
BOTH = {"reference": REFERENCE, "membership_id": MEMBERSHIP}
# What a creator decides about one row: in which room, by which handler, with which ids.
DEEDS: Any = {
    "approve": (TRANSFERS, TRANSFERS.approve_it, {"transfer_id": "trf_waiting"}),
    "decline": (TRANSFERS, TRANSFERS.decline_it, {"form": {"transfer": "trf_waiting", **NO}}),
    "mean": (DECLARED, DECLARED.mean, BOTH),
    "mean another": (DECLARED, DECLARED.mean_other, {"form": ABOUT}),
    "refuse": (DECLARED, DECLARED.refuse_it, {"form": {**ABOUT, **NO}}),
    "refund": (DECLARED, DECLARED.refund, {"reference": IN_TIME}),
    "revoke": (BRAND, ShareState.revoke, {"preview_id": PREVIEW}),
    "restore a look": (BRAND, BRAND.restore, {"number": "1"}),
    "restore policies": (PORTAL, PORTAL.restore, {"number": "1"}),
}
ROOMS: Any = {TRANSFERS: "transfers", DECLARED: "declarations", BRAND: "brand", PORTAL: "portal"}


def unknown(given: dict[str, Any]) -> dict[str, Any]:
    """The same with ids of nothing."""
    text = json.dumps(given)
    for known, nothing in (
        ("trf_waiting", "trf_nothing"),
        (REFERENCE, "C-NONE-0001"),
        (IN_TIME, "C-NONE-0002"),
        (MEMBERSHIP, "mem_nothing"),
        (PREVIEW, "bprv_nothing"),
        ('"number": "1"', '"number": "9"'),
    ):
        text = text.replace(known, nothing)
    changed: dict[str, Any] = json.loads(text)
    assert changed != given
    return changed


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
async def test_another_companys_rows_answer_like_none(
    tab: Tab, db: Database, owned: None, deed: Any
) -> None:
    """What its own creator does to them at once."""
    room, handler, theirs = deed
    path = f"/studio/{ROOMS[room]}/?company=biz_"
    tab.cookie = await cookie_of(db, "dan@example.com", "biz_lumen")
    await tab.send(room.load, f"{path}lumen")
    before, answers = await rows(db), []
    for given in (unknown(theirs), theirs):
        await tab.send(handler, f"{path}lumen", **given)
        notice = await tab.state(NoticeState)
        answers.append((notice.tone, notice.text, notice.href))
        assert await rows(db) == before
    assert answers[0] == answers[1]
    assert answers[0][1] != ""
    assert secrets_told(tab) == []
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind")
    before = await rows(db)
    await tab.send(room.load, f"{path}northwind")
    await tab.send(handler, f"{path}northwind", **theirs)
    assert await rows(db) != before


async def test_an_own_declaration_is_never_about_another_companys_membership(
    tab: Tab, db: Database, owned: None
) -> None:
    async with db.unit_of_work() as session:
        product = await make_product(session, company_id="biz_lumen")
        plan = await make_plan(session, product)
        ben = await make_person(session, None)
        customer = await make_customer(session, ben, email=BEN)
        own = await make_membership(session, ben, customer=customer, plan=plan)
        keys = {"form_key": "form_3", "undo_digest": "digest_3", "reference": "C-LUMEN-0001"}
        whose = {"company_id": "biz_lumen", "name": "Ben", "address": BEN}
        key = {"address_key": BEN}
        await added(session, waiting_declaration(own.membership.id, **keys, **whose, **key))
    tab.cookie = await cookie_of(db, "dan@example.com", "biz_lumen")
    path, before = "/studio/declarations/?company=biz_lumen", await rows(db)
    answers = set()
    for meant in ("mem_nothing", MEMBERSHIP):
        both = {"reference": "C-LUMEN-0001", "membership_id": meant}
        await tab.send(DECLARED.mean, path, **both)
        answers.add((await tab.state(NoticeState)).text)
        assert await rows(db) == before
    assert answers == {str(MembershipNotFound())}
    assert secrets_told(tab) == []
    await tab.send(DECLARED.mean, path, **{**both, "membership_id": own.membership.id})
    assert await rows(db) != before


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


async def test_a_membership_is_shown_to_its_companys_creators_only(
    tab: Tab, db: Database, membership_id: str
) -> None:
    tab.cookie = await cookie_of(db, "dan@example.com", "biz_lumen")
    seen = []
    for given in ("mem_nothing", membership_id):
        tab.place = {"membership_id": given}
        await tab.send(SoldMembershipState.load, f"/studio/memberships/{given}/")
        state = await tab.state(SoldMembershipState)
        seen.append((state.phase, str(state.view)))
    assert seen[0] == seen[1]
    assert seen[0][0] == "missing"
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    await tab.send(SoldMembershipState.load, f"/studio/memberships/{membership_id}/")
    assert (await tab.state(SoldMembershipState)).phase == "ready"


async def test_which_handlers_are_an_owners(tab: Tab) -> None:
    """As each declares; that staff are refused is the guard's."""
    policies = {name.rsplit(".", 1)[-1]: policy_of(one) for name, one in handlers().items()}
    owners = {name for name, policy in policies.items() if policy is Policy.OWNER}
    assert owners == {"publish", "restore", "refund"}
