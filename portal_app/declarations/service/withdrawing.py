"""What a withdrawal from one membership gives back, and whether it does so by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.policies import policy_of
from portal_app.declarations import repository
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.rules.withdrawal import GRACE, Refund, refund_of, right_of
from portal_app.kit.clock import wall_now
from portal_app.kit.money import Money
from portal_app.memberships import exit_repository
from portal_app.memberships.models import Membership, MembershipSource


async def compute_refund(session: AsyncSession, row: Declaration) -> Finding:
    """Writes the sums, and until when the right lasts, down; whether it was declared in time."""
    membership = await session.get_one(Membership, row.membership_id)
    holder = await repository.holder_of(session, membership.id)
    concluded = await exit_repository.concluded_at(session, membership)
    right = right_of(holder.country if holder else "", concluded)
    policy = (await policy_of(session, membership.company_id, membership.product_id)).withdraw
    paid = await exit_repository.paid_for(session, membership)
    refund = refund_of(
        Money(sum(one.amount_minor - one.refunded_minor for one in paid), membership.currency),
        began=_began(membership, concluded, row.asked_at),
        ends=membership.current_period_end,
        asked=row.asked_at,
        pro_rata=policy.pro_rata,
    )
    row.refund = _kept(refund, right.until)
    if not right.covers(row.asked_at):
        return Finding.TOO_LATE
    row.takes_effect_at = row.asked_at
    if policy.automatic and (membership.source is MembershipSource.SUBSCRIPTION or refund.back):
        row.refund = {**row.refund, "automatic_at": (wall_now() + GRACE).isoformat()}
    return Finding.IN_TIME


def _began(membership: Membership, concluded: datetime, asked: datetime) -> datetime:
    """When what was paid for began: after a trial that is over, else with the contract."""
    trial = membership.trial_end_at
    return trial if trial is not None and concluded <= trial <= asked else concluded


def _kept(refund: Refund, until: datetime | None) -> dict[str, object]:
    return {
        "currency": refund.paid.currency,
        "paid_minor": refund.paid.minor,
        "kept_minor": refund.kept.minor,
        "back_minor": refund.back.minor,
        "until": until.isoformat() if until else "",
    }
