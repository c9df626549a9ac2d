"""What a membership costs, from its stored facts."""

from __future__ import annotations

from typing import Any

from portal_app.kit.money import Money
from portal_app.memberships.models import Membership, MembershipSource
from portal_app.memberships.service.reading import HeldMembership


def price_of(held: HeldMembership) -> Money:
    """What a period costs with all its items, or what was paid once; before tax and discounts.

    Other lines of a one-time purchase are things of their own and not part of this one's price.
    """
    return cost_of(held.row.membership)


def cost_of(membership: Membership) -> Money:
    """As `price_of`, whoever holds it."""
    own = Money(membership.price_minor, membership.currency) * membership.quantity
    recurring = membership.source is MembershipSource.SUBSCRIPTION
    extra = _extra_items(membership) if recurring else []
    return sum((amount for _, amount in extra), start=own)


def basis_of(membership: Membership) -> dict[str, Any]:
    """What a preview of its next charge holds for: another plan or quantity has another price."""
    return {
        "plan_id": membership.plan_id,
        "quantity": membership.quantity,
        "scheduled_change": membership.scheduled_change,
    }


def extra_items(held: HeldMembership) -> list[tuple[str, Money]]:
    """Items beside the plan: what each is, and what all units of it cost together."""
    return _extra_items(held.row.membership)


def _extra_items(membership: Membership) -> list[tuple[str, Money]]:
    return [
        (
            str(item.get("description", "")),
            Money(int(item.get("amount_minor", 0)), membership.currency)
            * int(item.get("quantity", 1)),
        )
        for item in membership.extra_items
    ]
