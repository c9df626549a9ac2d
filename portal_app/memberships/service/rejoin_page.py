"""What the page knows that lets an ended membership begin again, for whoever holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.identity.actor import Actor
from portal_app.intents.service import open_intents
from portal_app.memberships.service.joinable import is_over, plans_to_join
from portal_app.memberships.service.listing import running_memberships
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import list_wallets


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinPage:
    """*plans* are on sale, the one they had first; none where the company wants nobody back so.

    *others* of theirs give the same and go on. *waiting* says that nobody knows yet what became of
    an earlier try.
    """

    held: HeldMembership
    plans: Sequence[Plan]
    methods: Sequence[PaymentMethod]
    others: Sequence[HeldMembership]
    waiting: bool

    @property
    def possible(self) -> bool:
        return is_over(self.held.facts) and bool(self.plans)

    @property
    def soon(self) -> bool:
        """Whether its end has passed and only the provider's word of that is missing."""
        unheard = not self.held.current and not is_over(self.held.facts)
        return unheard and self.held.facts.recurring and bool(self.plans)


async def rejoin_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> RejoinPage:
    """Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    membership = held.row.membership
    running = await running_memberships(session, actor, now)
    wallets = await list_wallets(session, actor)
    own = [one for one in wallets if one.customer.id == membership.customer_id]
    return RejoinPage(
        held=held,
        plans=await plans_to_join(session, held),
        methods=[method for wallet in own for method in wallet.methods],
        others=[
            one
            for one in running
            if one.row.product.id == membership.product_id
            and one.row.membership.id != membership.id
        ],
        waiting=bool(await open_intents(session, [membership.id])),
    )
