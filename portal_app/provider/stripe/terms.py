"""What a subscription costs and how it is taxed, for another one that goes on as it does."""

from __future__ import annotations

from portal_app.provider.answers import CouponFacts, TaxRateFacts
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.promotions import coupon_facts


def discounts_of(sub: Fields) -> tuple[CouponFacts, ...]:
    """Known only where `discounts.source.coupon` was expanded."""
    running = sub.parts_or_none("discounts")
    return tuple(coupon_facts(one.part("source").part("coupon")) for one in running)


def tax_rates_of(sub: Fields) -> tuple[TaxRateFacts, ...]:
    return tuple(
        TaxRateFacts(
            id=rate.text("id"),
            percentage=str(rate.raw("percentage")),
            inclusive=rate.flag("inclusive"),
        )
        for rate in sub.parts_or_none("default_tax_rates")
    )


def is_taxed_automatically(sub: Fields) -> bool:
    automatic = sub.part_or_none("automatic_tax")
    return automatic is not None and automatic.raw("enabled") is True
