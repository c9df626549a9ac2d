"""What only verbs answer, beside the facts that are projected: frozen values in our words."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from portal_app.kit.money import Money
from portal_app.provider.facts import SubscriptionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFacts:
    """A setup intent: *client_secret* lets a browser confirm it, *failure_code* is of the last try.

    *status* is Stripe's; *method_id* is there once a method was entered, good or not. *opened_for*
    is what its metadata `portal_setup` says: the row of ours that it was opened for, or empty.
    *action_url* is where the bank asks the customer, when it does and not in the form itself.
    """

    id: str
    customer_id: str | None
    method_id: str | None
    status: str
    client_secret: str = field(repr=False)
    failure_code: str
    opened_for: str
    action_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPage:
    """A page of the provider's to send somebody to, and the object behind it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSetup:
    """What came of a hosted page that saves a method; no *setup* while nobody has finished it."""

    customer_id: str | None
    setup: SetupFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponFacts:
    """What a discount takes off, of *percent_off* and *amount_off* one, and for how long.

    *duration* is `once`, `repeating` (for *months*) or `forever`.
    """

    id: str
    name: str
    percent_off: Decimal | None
    amount_off: Money | None
    duration: str
    months: int | None
    valid: bool

    @property
    def lasts(self) -> bool:
        """Whether it never ends by itself."""
        return self.duration == "forever"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionFacts:
    """A promotion code as customers type it; *active* is false when nobody can use it any more.

    With a *customer_id* it is for that one alone. What else it asks for, a preview tells.
    """

    id: str
    code: str
    coupon: CouponFacts
    active: bool
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRateFacts:
    """A rate that was set by hand; *percentage* is a decimal number."""

    id: str
    percentage: str
    inclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionTerms:
    """All that another subscription needs to go on as this one."""

    subscription: SubscriptionFacts
    discounts: tuple[CouponFacts, ...] = ()
    tax_rates: tuple[TaxRateFacts, ...] = ()
    automatic_tax: bool = False
