"""Memberships that nobody holds, in every state, for looking at: made here, stored nowhere.

They go through the very views that customers' own go through, so that a preview can't say what a
page would not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.identity.actor import ActorKind
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships.exits import plan_exit
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipEvent,
    MembershipSource,
)
from portal_app.memberships.pauses import Terms, plan_pause
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import (
    ExitPage,
    HeldMembership,
    LastWord,
    MembershipDetails,
    seen_by_company,
)
from portal_app.memberships.service.upcoming import cycle_of
from portal_app.studio.preview.sample_invoice import sample_card, sample_invoice, sample_payment

STATES: Final = ("active", "trial", "past_due", "paused", "ending", "ended")
_MEMBER: Final = "mber_preview"


@dataclass(frozen=True, slots=True)
class Sample:
    """One state's membership, as its page and the page that cancels it need it."""

    details: MembershipDetails
    exit: ExitPage


def sample(company: Company, configuration: Configuration, state: str, now: datetime) -> Sample:
    """*state* is one of STATES; any other is `active`."""
    held = _charged(seen_by_company(_row(company, state, now), configuration, now), now)
    rejoinable = not held.current and configuration.rejoin.offered
    details = MembershipDetails(
        held=held,
        invoices=_invoices(held),
        payments=(),
        events=_events(held, now),
        attempts={},
        pause=plan_pause(
            held.facts,
            Terms.of(held.row.membership),
            configuration.pause,
            cycle=cycle_of(held),
            taken=[],
            now=now,
        ),
        rejoinable=rejoinable,
    )
    policy = configuration.cancel
    exit_page = ExitPage(
        held=held,
        policy=policy,
        exit=plan_exit(held.facts, policy, now),
        cancellation=None,
        word=LastWord(),
        rejoinable=rejoinable,
    )
    return Sample(details, exit_page)


def _charged(held: HeldMembership, now: datetime) -> HeldMembership:
    """With a card, and where it is past due with the invoice that the card did not pay."""
    held = replace(held, row=replace(held.row, payment_method=sample_card(now)))
    if held.status is not MembershipStatus.PAST_DUE:
        return held
    began, again = held.row.membership.current_period_start or now, now + timedelta(days=2)
    unpaid = sample_invoice(began, InvoiceStatus.OPEN)
    unpaid.next_attempt_at = again
    return replace(
        held,
        facts=replace(held.facts, next_payment_attempt_at=again),
        unpaid=unpaid,
        last_attempt=sample_payment(began, declined=True),
    )


def _invoices(held: HeldMembership) -> Sequence[Invoice]:
    """None yet in a trial."""
    began = held.row.membership.current_period_start
    if held.unpaid is not None:
        return (held.unpaid,)
    if held.status is MembershipStatus.TRIALING or began is None:
        return ()
    return (sample_invoice(began, InvoiceStatus.PAID),)


def _row(company: Company, state: str, now: datetime) -> HoldingRow:
    began, ends = now - timedelta(days=12), now + timedelta(days=18)
    product = Product(
        id="prod_preview",
        company_id=company.id,
        stripe_product_id="prod_preview",
        title="Trading Room",
        created_at=began,
        observed_at=now,
    )
    plan = Plan(
        id="plan_preview",
        product_id=product.id,
        stripe_price_id="price_preview",
        title="Monthly",
        amount_minor=2900,
        currency="USD",
        interval=Interval.MONTH,
        created_at=began,
        observed_at=now,
    )
    facts: dict[str, Any] = {"stripe_status": "active", **_facts(state, now, ends)}
    membership = Membership(
        id="mem_preview",
        company_id=company.id,
        product_id=product.id,
        plan_id=plan.id,
        customer_id="cust_preview",
        source=MembershipSource.SUBSCRIPTION,
        price_minor=plan.amount_minor,
        currency=plan.currency,
        started_at=began - timedelta(days=60),
        billing_anchor_at=began,
        current_period_start=began,
        current_period_end=ends,
        created_at=began,
        updated_at=now,
        observed_at=now,
        **facts,
    )
    member = Member(
        id=_MEMBER, membership_id=membership.id, customer_id="cust_preview", from_at=began
    )
    return HoldingRow(member, membership, product, plan, company, None, None)


def _facts(state: str, now: datetime, ends: datetime) -> dict[str, Any]:
    match state:
        case "trial":
            return {"stripe_status": "trialing", "trial_end_at": ends}
        case "past_due":
            return {"stripe_status": "past_due"}
        case "paused":
            return {
                "stripe_status": "paused",
                "paused_at": now - timedelta(days=3),
                "resumes_at": ends,
            }
        case "ending":
            return {"cancel_at_period_end": True, "canceled_at": now - timedelta(days=1)}
        case "ended":
            gone = now - timedelta(days=2)
            return {"stripe_status": "canceled", "canceled_at": gone, "ended_at": gone}
        case _:
            return {}


def _events(held: HeldMembership, now: datetime) -> list[MembershipEvent]:
    membership = held.row.membership
    told = [("created", membership.started_at), ("activated", membership.started_at)]
    told.append(("renewed", now - timedelta(days=12)))
    return [
        MembershipEvent(
            id=f"mevt_{number}",
            membership_id=membership.id,
            kind=kind,
            actor_kind=ActorKind.SYSTEM,
            happened_at=at,
            recorded_at=at,
        )
        for number, (kind, at) in enumerate(told)
    ]
