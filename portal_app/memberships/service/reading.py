"""What a person can see of their memberships. The actor comes first, everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import AccessPolicy, Configuration
from portal_app.catalog.models import Plan, Product
from portal_app.catalog.policies import published_policies
from portal_app.catalog.repository import plans_with_products
from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment
from portal_app.invoices.repository import last_attempts
from portal_app.kit.ids import has_prefix
from portal_app.memberships import repository
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    MembershipStatus,
    StripeFacts,
    grants_access,
    is_canceling,
    is_current,
    renewal_date,
    status_of,
)
from portal_app.memberships.service.unpaid import only_switches, unpaid_invoices


def membership_name(product: str, plan: str) -> str:
    return f"{product} ({plan})" if plan else product


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMembership:
    """A membership in the actor's hands, with what was decided about it at the time asked for.

    That time is *as_of*, *configuration* the policies for its product. *unpaid* is the latest open
    invoice, *last_attempt* the newest try to charge it. *scheduled* is what it will change to,
    plan and product, where that is arranged and known here.
    """

    row: HoldingRow
    facts: StripeFacts
    status: MembershipStatus
    configuration: Configuration
    has_access: bool
    current: bool
    unpaid: Invoice | None
    last_attempt: Payment | None
    as_of: datetime
    scheduled: tuple[Plan, Product] | None = None

    @property
    def title(self) -> str:
        """The product; the plan tells memberships of one product apart."""
        return membership_name(self.row.product.title, self.row.plan.title)

    @property
    def access(self) -> AccessPolicy:
        """When it gives access although it is not plainly paid."""
        return self.configuration.access

    @property
    def owes(self) -> bool:
        """Whether the customer can pay something now that was not paid when it was due."""
        return self.unpaid is not None and self.status in NEEDS_ATTENTION

    @property
    def switching(self) -> Invoice | None:
        """The open invoice that a change of plan waits for: nothing is owed before it is paid."""
        invoice = self.row.latest_invoice
        is_open = invoice is not None and invoice.status is InvoiceStatus.OPEN
        return invoice if is_open and only_switches(self.row) else None

    @property
    def payable(self) -> Invoice | None:
        """What the customer can pay now."""
        return self.unpaid if self.owes or self.resuming else self.switching

    @property
    def on_its_way(self) -> Invoice | None:
        """The open invoice for which a bank was asked and has not answered."""
        return self.unpaid if self.last_attempt and self.last_attempt.is_under_way else None

    @property
    def resuming(self) -> bool:
        """Whether Stripe has paused it, and it resumes once its open invoice is paid."""
        return self.unpaid is not None and self.facts.stripe_status == "paused"

    def owes_to(self, customer_id: str) -> bool:
        """Whether that is billed to this customer."""
        return self.unpaid is not None and self.owes and self.unpaid.customer_id == customer_id

    @property
    def will_be_charged(self) -> bool:
        """Whether a payment method will be used, as things stand: now, to pay, or to resume."""
        goes_on = not is_canceling(self.facts) or renewal_date(self.facts) is not None
        return self.is_charged and (self.unpaid is not None or goes_on)

    @property
    def is_charged(self) -> bool:
        """Whether a payment method matters: not for what is over, paid once or invoiced."""
        automatic = self.row.membership.collection_method == "charge_automatically"
        return self.facts.recurring and self.current and automatic


def next_charge_at(held: HeldMembership) -> datetime | None:
    """When its method is charged next: the next try of an unpaid invoice, else the renewal."""
    if held.unpaid is not None:
        return held.unpaid.next_attempt_at
    return renewal_date(held.facts)


async def find_held(
    session: AsyncSession, actor: Actor, given_id: object, now: datetime
) -> HeldMembership:
    """One membership by its `mber_` id, or by the `mem_` id of one the actor holds.

    Raises MembershipNotFound for anything else: unknown, malformed or somebody else's.
    """
    if not (isinstance(given_id, str) and _has_our_form(given_id)):
        raise MembershipNotFound
    row = await repository.find_holding(session, actor, given_id)
    if row is None:
        raise MembershipNotFound
    return (await decided(session, actor, [row], now))[0]


def _has_our_form(given_id: str) -> bool:
    return has_prefix(given_id, "mber") or has_prefix(given_id, "mem")


async def decided(
    session: AsyncSession, actor: Actor, rows: Sequence[HoldingRow], now: datetime
) -> list[HeldMembership]:
    """Put the decisions of `rules` beside each row; a few queries however many rows there are."""
    if not rows:
        return []
    policies = await published_policies(session, {row.company.id for row in rows})
    unpaid = await unpaid_invoices(session, actor, rows)
    attempts = await last_attempts(session, actor, [invoice.id for invoice in unpaid.values()])
    plans = await plans_with_products(session, [_scheduled_plan(row) for row in rows])
    return [
        _decide(
            row,
            policies[row.company.id].of(row.product.id),
            now,
            unpaid=(owed := unpaid.get(row.membership.id)),
            last_attempt=attempts.get(owed.id) if owed else None,
            scheduled=plans.get(_scheduled_plan(row)),
        )
        for row in rows
    ]


def _scheduled_plan(row: HoldingRow) -> object:
    return row.membership.scheduled_change.get("plan_id")


def _decide(
    row: HoldingRow,
    configuration: Configuration,
    now: datetime,
    *,
    unpaid: Invoice | None,
    last_attempt: Payment | None,
    scheduled: tuple[Plan, Product] | None,
) -> HeldMembership:
    facts = StripeFacts.of(row.membership, unpaid.next_attempt_at if unpaid else None)
    return HeldMembership(
        row=row,
        facts=facts,
        status=status_of(facts),
        configuration=configuration,
        has_access=grants_access(facts, configuration.access, now),
        current=is_current(facts, now),
        unpaid=unpaid,
        last_attempt=last_attempt,
        as_of=now,
        scheduled=scheduled,
    )
