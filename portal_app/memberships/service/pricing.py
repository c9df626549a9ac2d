"""What a membership costs, from its stored facts."""

from __future__ import annotations

from portal_app.kit.money import Money
from portal_app.memberships.service.reading import HeldMembership


def price_of(held: HeldMembership) -> Money:
    """What a period costs with all its items, or what was paid once; before tax and discounts.

    Other lines of a one-time purchase are things of their own and not part of this one's price.
    """
    membership = held.row.membership
    own = Money(membership.price_minor, membership.currency) * membership.quantity
    extra = extra_items(held) if held.facts.recurring else []
    return sum((amount for _, amount in extra), start=own)


def extra_items(held: HeldMembership) -> list[tuple[str, Money]]:
    """Items beside the plan: what each is, and what all units of it cost together."""
    membership = held.row.membership
    return [
        (
            str(item.get("description", "")),
            Money(int(item.get("amount_minor", 0)), membership.currency)
            * int(item.get("quantity", 1)),
        )
        for item in membership.extra_items
    ]
