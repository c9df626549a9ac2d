"""A membership as a transfer sees it, and what stands in the way of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import TransferMode
from portal_app.catalog.policies import policy_of
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.intents.service import open_intents
from portal_app.kit.money import Money
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.rules import MembershipStatus, StripeFacts, status_of
from portal_app.memberships.service import cost_of
from portal_app.transfers import repository
from portal_app.transfers.repository import SubjectRow
from portal_app.transfers.rules import Blocked, Circumstances, Terms, blocked, next_charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """*mode* and *support* are the seller's policies for it.

    *blocked* is what stands in the way at *as_of*.
    """

    row: SubjectRow
    facts: StripeFacts
    mode: TransferMode
    blocked: Blocked | None
    as_of: datetime
    support: SupportPolicy = field(default_factory=SupportPolicy)

    @property
    def next_charge(self) -> datetime | None:
        return next_charge(self.facts)

    @property
    def in_trial(self) -> bool:
        """Nobody has paid for the time until the next charge."""
        return status_of(self.facts) is MembershipStatus.TRIALING

    @property
    def subtotal(self) -> Money:
        """What a period costs before discounts and taxes, or what was paid once."""
        return cost_of(self.row.membership)

    def is_as_offered(self, terms: Terms) -> bool:
        """Whether it is still the plan that was offered, in the same number."""
        return (terms.plan_id, terms.product_id) == (self.row.plan.id, self.row.product.id)


async def subject_of(
    session: AsyncSession, membership_id: str, now: datetime, *, mode: TransferMode | None = None
) -> Subject:
    """*mode* stands in for the seller's policy. Raises MembershipNotFound for an unknown id."""
    row = await repository.subject(session, membership_id)
    if row is None:
        raise MembershipNotFound
    facts = StripeFacts.of(row.membership)
    policy = await policy_of(session, row.company.id, row.product.id)
    mode = policy.transfer.mode if mode is None else mode
    given = Circumstances(
        mode=mode,
        automatic=row.membership.collection_method == "charge_automatically",
        priced=row.plan.interval is not None or not facts.recurring,
        invoice_open=await repository.has_open_invoice(session, membership_id),
        disputed=await repository.is_disputed(session, row.membership),
        change_pending=bool(row.membership.scheduled_change),
        busy=bool(await open_intents(session, [membership_id])),
    )
    return Subject(
        row=row,
        facts=facts,
        mode=mode,
        blocked=blocked(facts, given, now),
        as_of=now,
        support=policy.support,
    )
