"""What a payment method pays for, put together from memberships for the views."""

from __future__ import annotations

from collections.abc import Iterable

from portal_app.memberships.service import HeldMembership, next_charge_at
from portal_app.payment_methods.views import Use, UseChoice


def uses_of(held: Iterable[HeldMembership]) -> list[Use]:
    """What each method pays for; nothing for a membership that will not be charged again."""
    return [
        Use(
            method_id=one.row.payment_method.id,
            product=one.title,
            due=next_charge_at(one),
        )
        for one in held
        if one.row.payment_method is not None and one.will_be_charged
    ]


def use_choices(held: Iterable[HeldMembership], customer_id: str) -> list[UseChoice]:
    """What could be charged to a new method of this customer."""
    return [
        UseChoice(member_id=one.row.member.id, label=one.title)
        for one in held
        if one.will_be_charged and one.row.membership.customer_id == customer_id
    ]
