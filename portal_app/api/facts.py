"""Stripe's facts about a membership as columns and back, for reads that need no more of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlmodel import col

from portal_app.memberships.models import Membership, MembershipSource
from portal_app.memberships.rules import StripeFacts

# The next attempt stands on an invoice, which is not read here.
_NAMES: Final = tuple(
    name for name in StripeFacts.__dataclass_fields__ if name != "next_payment_attempt_at"
)
COLUMNS: Final[tuple[Any, ...]] = tuple(
    col(getattr(Membership, name)).label(f"fact_{name}") for name in _NAMES
)


def facts_of(values: Sequence[Any]) -> StripeFacts:
    """The facts of a row's values of `COLUMNS`, in order."""
    facts = dict(zip(_NAMES, values, strict=True))
    facts["source"] = MembershipSource(facts["source"])
    return StripeFacts(**facts)
