"""What a company asks those who cancel, and what it offers them, as a configuration stores it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Self

LONGEST_LABEL: Final = 100  # as at Whop (whop-api §1.1)
MOST_REASONS: Final = 12
_MOST_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReason:
    """A reason to cancel in the company's words; *category* is one of ours (`exits.Reason`)."""

    id: str
    label: str
    category: str

    @classmethod
    def read(cls, stored: object) -> Self | None:
        """None for what is no reason."""
        given = stored if isinstance(stored, Mapping) else {}
        named, label, category = (given.get(name) for name in ("id", "label", "category"))
        if not (isinstance(named, str) and isinstance(label, str) and isinstance(category, str)):
            return None
        text = label.strip()[:LONGEST_LABEL]
        return cls(id=named, label=text, category=category) if named and text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionDiscount:
    """What holders of a plan are offered instead of the end: a coupon of Stripe's and its terms.

    *months* is how long it lasts: 0 for one payment only, None for good. The terms stand here too,
    as pages ask nobody; before it is given, they are compared with the coupon's own.
    """

    coupon: str
    percent_off: int
    months: int | None

    @classmethod
    def read(cls, stored: object) -> Self | None:
        """None for what is no offer that could be made in words."""
        given = stored if isinstance(stored, Mapping) else {}
        coupon, percent, months = (given.get(name) for name in ("coupon", "percent_off", "months"))
        if not (isinstance(coupon, str) and coupon and type(percent) is int):
            return None
        if not 0 < percent <= _MOST_PERCENT:
            return None
        if months is not None and (type(months) is not int or months < 0):
            return None
        return cls(coupon=coupon, percent_off=percent, months=months)

    @property
    def terms(self) -> dict[str, object]:
        """What `read` reads."""
        return asdict(self)

    @property
    def key(self) -> str:
        """The terms in a word: what a page showed goes back with the answer to it."""
        return f"{self.coupon}/{self.percent_off}/{self.months}"


def read_reasons(stored: object) -> tuple[OwnReason, ...]:
    """In the company's order, each id once."""
    given = stored if isinstance(stored, list) else []
    found = [reason for one in given if (reason := OwnReason.read(one)) is not None]
    return tuple({reason.id: reason for reason in found}.values())[:MOST_REASONS]


def read_discounts(stored: object) -> dict[str, RetentionDiscount]:
    """By plan (`plan_…`)."""
    given = stored if isinstance(stored, Mapping) else {}
    found = {str(plan): RetentionDiscount.read(one) for plan, one in given.items()}
    return {plan: discount for plan, discount in found.items() if discount is not None}
