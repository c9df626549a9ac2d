"""Whom customers ask: their product's help desk, else the company's, on pages and in mails."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.branding.publishing import publish_brand
from portal_app.identity.actor import Actor, ActorKind, Author, CompanyCreator
from portal_app.kit.db import Database
from portal_app.memberships.service import get_membership
from portal_app.memberships.views import membership_view
from portal_app.notifications.mails import write_mail
from portal_app.notifications.models import OutboxMessage
from portal_app.studio.portal import service
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    HeldMembership,
    make_company,
    make_membership,
    make_person,
    make_plan,
    make_product,
)

BRAND = Brand(wordmark="Northwind", accent="#0f766e", support_email="help@northwind.test")
ROOM_HELP = "https://room.test/help?topic=billing"


class Customers:
    """Ada holds Northwind's room, Ben its course; Dan sells something else."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.held: dict[str, HeldMembership] = {}
        self.people: dict[str, str] = {}
        self.creators: dict[str, CompanyCreator] = {}

    async def publish(self, creator: str, body: dict[str, Any]) -> None:
        async with self.db.unit_of_work() as session:
            await service.publish_policies(session, self.creators[creator], body)

    async def shown(self, name: str) -> tuple[str, bool]:
        """Where the page's link leads, and whether the mail names the same in both its forms."""
        held, person_id = self.held[name], self.people[name]
        actor = Actor(person_id, "", f"{name}@example.com", "en")
        async with self.db.reading() as session:
            details = await get_membership(session, actor, held.member.id, NOW)
        links = {one.kind: one.href for one in membership_view(Reader("en"), details).brand_links}
        ids = {"membership_id": held.membership.id, "person_id": person_id}
        mail = await write_mail(
            OutboxMessage(
                id="mail_1",
                kind="cancelled",
                recipient=f"{name}@example.com",
                locale="en",
                payload=ids,
                created_at=NOW,
                due_at=NOW,
            )
        )
        link = links.get("support", "")
        line = f"Questions? Ask Northwind:\n{link.removeprefix('mailto:')}\n"
        in_html = f'href="{link}"' in mail.html
        assert (line in mail.text) is in_html is bool(link)
        return link, in_html


@pytest.fixture
async def customers(db: Database, clocks: Clocks, settings: Any) -> Customers:
    made = Customers(db)
    async with db.unit_of_work() as session:
        ours = await make_company(session, id="biz_ours", title="Northwind")
        theirs = await make_company(session, id="biz_theirs", title="Lumen")
        for name, product_id in (("ada", "prod_room"), ("ben", "prod_course")):
            person = await make_person(session, f"{name}@example.com")
            plan = await make_plan(session, await make_product(session, ours, id=product_id))
            held = await make_membership(session, person, plan=plan, cancel_at_period_end=True)
            made.held[name], made.people[name] = held, person.id
        for name, company in (("cleo", ours), ("dan", theirs)):
            person = await make_person(session, f"{name}@example.com")
            actor = Actor(person.id, "sess_1", f"{name}@example.com", "en")
            made.creators[name] = CompanyCreator(actor, company.id, True)
    return made


async def test_a_product_has_a_help_desk_of_its_own_and_the_others_the_companys(
    customers: Customers,
) -> None:
    assert await customers.shown("ada") == ("", False)
    async with customers.db.unit_of_work() as session:
        await publish_brand(session, "biz_ours", BRAND, Author(ActorKind.OPERATOR))
    await looks.refresh(at_most_every=0)
    assert await customers.shown("ada") == ("mailto:help@northwind.test", True)

    own = {"products": {"prod_room": {"support": {"contact": ROOM_HELP}}}}
    async with customers.db.unit_of_work() as session:
        await service.keep_policies(session, customers.creators["cleo"], own)
    assert await customers.shown("ada") == ("mailto:help@northwind.test", True), "only a draft"
    await customers.publish("cleo", own)
    assert await customers.shown("ada") == (ROOM_HELP, True)
    assert await customers.shown("ben") == ("mailto:help@northwind.test", True)

    # The company's own word in the portal counts more than its brand's; a product can go back.
    both = {"support": {"contact": "desk@northwind.test"}}
    back = {"products": {"prod_room": {"support": {"contact": None}}}}
    await customers.publish("cleo", both | back)
    assert await customers.shown("ben") == ("mailto:desk@northwind.test", True)
    assert await customers.shown("ada") == ("mailto:help@northwind.test", True)

    # What somebody else publishes about the very product changes nothing of it.
    await customers.publish("dan", own | {"support": {"contact": "evil@lumen.test"}})
    assert await customers.shown("ada") == ("mailto:help@northwind.test", True)
    async with customers.db.unit_of_work() as session:
        await service.restore_policies(session, customers.creators["cleo"], 0)
    assert await customers.shown("ben") == ("mailto:help@northwind.test", True)
