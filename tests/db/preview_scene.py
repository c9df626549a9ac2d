"""Ada and Ben with a membership each, and a provider that says what they will be charged next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from portal_app.identity.actor import Actor
from portal_app.ingest.models import Change
from portal_app.invoices.models import InvoiceStatus
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError
from portal_app.kit.money import Money
from portal_app.memberships.service import refresh_previews
from portal_app.provider.facts import InvoiceFacts, InvoiceLineFacts, PartyFacts
from tests.conftest import Clocks
from tests.factories import (
    PERIOD_END,
    HeldMembership,
    actor_of,
    make_membership,
    make_person,
)
from tests.rows import all_of


@dataclass
class Stripe:
    """Answers previews of *total* a subscription; *error* instead, where one is set."""

    total: int = 2900
    error: PortalError | None = None
    asked: list[str] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)

    async def preview_renewal(self, subscription_id: str) -> InvoiceFacts:
        self.asked.append(subscription_id)
        if self.error is not None:
            raise self.error
        return preview(self.total)

    async def preview_resume(self, subscription_id: str) -> InvoiceFacts:
        self.resumed.append(subscription_id)
        return await self.preview_renewal(subscription_id)


def preview(total: int) -> InvoiceFacts:
    money, none = Money(total, "USD"), Money(0, "USD")
    line = InvoiceLineFacts(
        id="il_1",
        price_id=None,
        product_id=None,
        description="1 × Room",
        quantity=1,
        amount=money,
        discount=none,
        tax=none,
        proration=False,
        period_start=PERIOD_END,
        period_end=None,
    )
    return InvoiceFacts(
        id="upcoming_in_1",
        customer_id="cus_1",
        subscription_id="sub_1",
        number="",
        status=InvoiceStatus.DRAFT,
        billing_reason="upcoming",
        description="",
        subtotal=money,
        discount=none,
        tax=none,
        total=money,
        balance_applied=none,
        credited=none,
        amount_due=money,
        amount_paid=none,
        amount_remaining=money,
        period_start=PERIOD_END,
        period_end=None,
        due_at=None,
        finalized_at=None,
        paid_at=None,
        attempt_count=0,
        next_attempt_at=None,
        hosted_url="",
        footer="",
        seller=PartyFacts(),
        buyer=PartyFacts(),
        taxes=(),
        lines=(line,),
        payment_ids=(),
        created_at=PERIOD_END,
    )


@dataclass
class Scene:
    """Ada and Ben with a membership each, and a provider that says what they will be charged."""

    db: Database
    ada: Actor
    ben: Actor
    hers: HeldMembership
    his: HeldMembership
    stripe: Stripe

    async def round(self) -> list[str]:
        """The subscriptions that one round asked about."""
        self.stripe.asked.clear()
        await refresh_previews(self.db, self.stripe)
        return sorted(self.stripe.asked)

    async def change(self, model: type[Any], identifier: str, **values: Any) -> None:
        async with self.db.unit_of_work() as session:
            row = await session.get_one(model, identifier)
            for name, value in values.items():
                setattr(row, name, value)

    async def stored(self) -> dict[str, UpcomingCharge]:
        return {row.stripe_subscription_id: row for row in await all_of(self.db, UpcomingCharge)}

    async def told(self) -> Sequence[str]:
        async with self.db.reading() as session:
            found = select(Change.person_id).where(col(Change.topic) == "upcoming")
            return (await session.scalars(found)).all()

    @property
    def sub(self) -> str:
        return str(self.hers.stripe_subscription_id)


async def make_scene(db: Database, clocks: Clocks) -> Scene:
    clocks.wall.advance(timedelta(minutes=1))  # after what the factories observed
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        ben = await make_person(session, "ben@example.com", name="Ben")
        hers, his = await make_membership(session, ada), await make_membership(session, ben)
    return Scene(db, actor_of(ada), actor_of(ben, "ben@example.com"), hers, his, Stripe())
