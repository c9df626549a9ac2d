"""What a person can see of their memberships. The actor comes first, everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import DEFAULT, AccessPolicy
from portal_app.catalog.models import Plan, Product
from portal_app.catalog.repository import plan_with_product, published_configurations
from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment
from portal_app.invoices.repository import last_attempts, latest_invoices, payments_of_intent
from portal_app.invoices.repository.entries import payments_of
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.ids import has_prefix
from portal_app.memberships import repository
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.history_repository import latest_events
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import standing_change
from portal_app.memberships.preview_repository import previews_of
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
from portal_app.memberships.service.joinable import is_over, plans_to_join
from portal_app.memberships.service.undoing import may_undo
from portal_app.memberships.service.unpaid import only_switches, unpaid_invoices

INVOICES_SHOWN: Final = 5
EVENTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMembership:
    """A membership in the actor's hands, with what was decided about it at the time asked for.

    That time is *as_of*. *unpaid* is the latest open invoice, *last_attempt* the newest try to
    charge it.
    """

    row: HoldingRow
    facts: StripeFacts
    status: MembershipStatus
    access: AccessPolicy
    has_access: bool
    current: bool
    unpaid: Invoice | None
    last_attempt: Payment | None
    as_of: datetime

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
        return self.unpaid if self.owes else self.switching

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipDetails:
    """One membership with its latest invoices, its history, and the plan it will change to.

    *preview* is what it will be charged next, as the provider said, *asked* the change of plan that
    its holder wanted and that has not happened.
    *attempts* are the payments of these invoices, by invoice. *undoable* says that its arranged end
    can be taken back by whoever holds it, *rejoinable* that it can begin again after it.
    """

    held: HeldMembership
    invoices: Sequence[Invoice]
    payments: Sequence[Payment]
    events: Sequence[MembershipEvent]
    attempts: Mapping[str, Sequence[Payment]]
    scheduled: tuple[Plan, Product] | None
    preview: UpcomingCharge | None = None
    asked: RequestedPlanChange | None = None
    undoable: bool = False
    rejoinable: bool = False


async def get_membership(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> MembershipDetails:
    """One membership by its `mber_` id, or by the `mem_` id of one the actor holds.

    Raises MembershipNotFound for anything else: unknown, malformed or somebody else's.
    """
    held = await find_held(session, actor, member_id, now)
    membership = held.row.membership
    subscriptions = await repository.subscription_ids(session, membership.id)
    invoices = await latest_invoices(
        session,
        actor,
        stripe_subscription_ids=subscriptions,
        stripe_invoice_id=membership.stripe_invoice_id,
        limit=INVOICES_SHOWN,
    )
    intent = membership.stripe_payment_intent_id
    payments = await payments_of_intent(session, actor, intent) if intent and not invoices else []
    events = await latest_events(session, held.row.member, limit=EVENTS_SHOWN)
    plan_id = membership.scheduled_change.get("plan_id")
    previews = await previews_of(session, actor, [membership.id])
    return MembershipDetails(
        held=held,
        invoices=invoices,
        payments=payments,
        events=events,
        attempts=await payments_of(session, [invoice.id for invoice in invoices]),
        scheduled=await plan_with_product(session, plan_id) if plan_id else None,
        preview=previews.get(membership.id),
        asked=await standing_change(session, membership.id) if plan_id else None,
        undoable=held.current and await may_undo(session, membership, held.facts),
        rejoinable=is_over(held.facts) and bool(await plans_to_join(session, membership)),
    )


async def find_held(
    session: AsyncSession, actor: Actor, given_id: object, now: datetime
) -> HeldMembership:
    """The membership alone; raises as `get_membership`."""
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
    policies = await published_configurations(session, {row.company.id for row in rows})
    unpaid = await unpaid_invoices(session, actor, rows)
    attempts = await last_attempts(session, actor, [invoice.id for invoice in unpaid.values()])
    return [
        _decide(
            row,
            policies.get(row.company.id, DEFAULT).access,
            unpaid.get(row.membership.id),
            attempts,
            now,
        )
        for row in rows
    ]


def _decide(
    row: HoldingRow,
    access: AccessPolicy,
    unpaid: Invoice | None,
    attempts: dict[str, Payment],
    now: datetime,
) -> HeldMembership:
    facts = StripeFacts.of(row.membership, unpaid.next_attempt_at if unpaid else None)
    return HeldMembership(
        row=row,
        facts=facts,
        status=status_of(facts),
        access=access,
        has_access=grants_access(facts, access, now),
        current=is_current(facts, now),
        unpaid=unpaid,
        last_attempt=attempts.get(unpaid.id) if unpaid else None,
        as_of=now,
    )
