"""What a person can see of their memberships. The actor comes first, everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

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
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.plans import waits_for_payment
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

PAST_PER_PAGE: Final = 20
INVOICES_SHOWN: Final = 5
EVENTS_SHOWN: Final = 20
PastPosition: TypeAlias = tuple[datetime, str]


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
        return invoice if is_open and _only_switches(self.row) else None

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
class MembershipList:
    """Current ones all at once, in need of attention first; past ones a page at a time.

    *past_after* continues with `past_memberships`; None when there are no more. *previews* are what
    the next charges of current ones will be, by membership.
    """

    current: tuple[HeldMembership, ...]
    past: tuple[HeldMembership, ...]
    past_after: PastPosition | None
    previews: Mapping[str, UpcomingCharge] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipDetails:
    """One membership with its latest invoices, its history, and the plan it will change to.

    *preview* is what it will be charged next, as the provider said.
    *attempts* are the payments of these invoices, by invoice.
    """

    held: HeldMembership
    invoices: Sequence[Invoice]
    payments: Sequence[Payment]
    events: Sequence[MembershipEvent]
    attempts: Mapping[str, Sequence[Payment]]
    scheduled: tuple[Plan, Product] | None
    preview: UpcomingCharge | None = None


async def list_memberships(session: AsyncSession, actor: Actor, now: datetime) -> MembershipList:
    """Everything the actor holds, and the first page of what has ended."""
    running = await repository.running_holdings(session, actor)
    ended = await repository.ended_holdings(session, actor, after=None, limit=PAST_PER_PAGE + 1)
    page, after = _cut(ended)
    held = await _decided(session, actor, [*running, *page], now)
    current = sorted((one for one in held if one.current), key=_urgency)
    past = tuple(one for one in held if not one.current)
    previews = await previews_of(session, actor, [one.row.membership.id for one in current])
    return MembershipList(current=tuple(current), past=past, past_after=after, previews=previews)


def _urgency(held: HeldMembership) -> int:
    ranked = held.status in NEEDS_ATTENTION
    return NEEDS_ATTENTION.index(held.status) if ranked else len(NEEDS_ATTENTION)


async def running_memberships(
    session: AsyncSession, actor: Actor, now: datetime
) -> list[HeldMembership]:
    """Everything the actor holds that has not ended, newest first."""
    return await _decided(session, actor, await repository.running_holdings(session, actor), now)


async def overdue_memberships(
    session: AsyncSession, actor: Actor, now: datetime
) -> list[HeldMembership]:
    """Those whose renewal was not paid; one query for whoever has none, on every page."""
    return await _decided(session, actor, await repository.overdue_holdings(session, actor), now)


async def past_memberships(
    session: AsyncSession, actor: Actor, now: datetime, after: PastPosition
) -> tuple[tuple[HeldMembership, ...], PastPosition | None]:
    """The next page of memberships that have ended, and where it stops."""
    ended = await repository.ended_holdings(session, actor, after=after, limit=PAST_PER_PAGE + 1)
    page, further = _cut(ended)
    return tuple(await _decided(session, actor, page, now)), further


def _cut(rows: list[HoldingRow]) -> tuple[list[HoldingRow], PastPosition | None]:
    page = rows[:PAST_PER_PAGE]
    return page, repository.end_key(page[-1]) if len(rows) > PAST_PER_PAGE else None


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
    events = await repository.latest_events(session, held.row.member, limit=EVENTS_SHOWN)
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
    return (await _decided(session, actor, [row], now))[0]


def _has_our_form(given_id: str) -> bool:
    return has_prefix(given_id, "mber") or has_prefix(given_id, "mem")


async def _decided(
    session: AsyncSession, actor: Actor, rows: Sequence[HoldingRow], now: datetime
) -> list[HeldMembership]:
    """Put the decisions of `rules` beside each row; a few queries however many rows there are."""
    if not rows:
        return []
    policies = await published_configurations(session, {row.company.id for row in rows})
    unpaid = await _unpaid(session, actor, rows)
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


def _only_switches(row: HoldingRow) -> bool:
    """Whether its latest invoice is no debt: a change of plan waits for it, or is given up."""
    status = status_of(StripeFacts.of(row.membership))
    return waits_for_payment(row.membership) and status not in NEEDS_ATTENTION


async def _unpaid(
    session: AsyncSession, actor: Actor, rows: Sequence[HoldingRow]
) -> dict[str, Invoice]:
    """The open invoice of each membership that has one.

    Of an unpaid subscription the latest invoice is a draft that nobody is asked to pay
    (docs.stripe.com/billing/subscriptions/overview#unpaid-subscriptions): an earlier one is open.
    """
    latest = {
        row.membership.id: invoice
        for row in rows
        if (invoice := row.latest_invoice) is not None
        and invoice.status is InvoiceStatus.OPEN
        and not _only_switches(row)
    }
    others = [
        row.membership.id
        for row in rows
        if row.membership.id not in latest
        and status_of(StripeFacts.of(row.membership)) in NEEDS_ATTENTION
    ]
    earlier = await repository.open_invoices(session, actor, others) if others else {}
    return earlier | latest
