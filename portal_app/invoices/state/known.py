"""What memberships know about bills, put together for the views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.rules.wanted import Asked
from portal_app.invoices.views import Payable, PayableBill
from portal_app.kit.errors import NotFound
from portal_app.memberships.service import (
    HeldMembership,
    bills_of,
    list_memberships,
    next_charge_at,
)


async def with_bills(
    session: AsyncSession, actor: Actor, asked: Asked, now: datetime
) -> tuple[Asked, HeldMembership | None]:
    """*asked* with the membership that it names and its bills; one not theirs is left out."""
    wanted = asked.wanted
    if not wanted.membership:
        return asked, None
    try:
        held, bills = await bills_of(session, actor, wanted.membership, now)
    except NotFound:
        return Asked(wanted=replace(wanted, membership=""), unknown=True), None
    named = replace(wanted, membership=held.row.member.id, bills=bills)
    return replace(asked, wanted=named), held


async def known_of(
    session: AsyncSession, actor: Actor, chosen: HeldMembership | None, now: datetime
) -> Payable:
    """Of everything that the actor holds; of what has ended, the latest and the chosen one."""
    found = await list_memberships(session, actor, now)
    held = [*found.current, *found.past]
    if chosen and chosen.row.member.id not in {one.row.member.id for one in held}:
        held.append(chosen)
    charges = [at for one in found.current if one.will_be_charged and (at := next_charge_at(one))]
    return Payable(
        bills=payable(held),
        memberships=_named(held),
        renews_at=min(charges, default=None),
    )


def payable(held: Iterable[HeldMembership]) -> dict[str, PayableBill]:
    """Where each invoice that is owed can be paid, by its id."""
    return {
        one.unpaid.id: PayableBill(
            href=f"/billing/manage/{one.row.member.id}/pay/", currency=one.unpaid.currency
        )
        for one in held
        if one.unpaid is not None and one.owes
    }


def _named(held: Sequence[HeldMembership]) -> list[tuple[str, str]]:
    """Ids and names; the plan tells memberships of one product apart."""
    return [(one.row.member.id, _name(one)) for one in held]


def _name(held: HeldMembership) -> str:
    product, plan = held.row.product.title, held.row.plan.title
    return f"{product} ({plan})" if plan else product
