"""What a subscription costs and how it is taxed, for another one that goes on as it does."""

from __future__ import annotations

from portal_app.provider.answers import DiscountFacts, TaxRateFacts
from portal_app.provider.stripe.fields import Fields


def discounts_of(sub: Fields) -> tuple[DiscountFacts, ...]:
    """Known only where `discounts.source.coupon` was expanded."""
    return tuple(_discount(one) for one in sub.parts_or_none("discounts"))


def _discount(discount: Fields) -> DiscountFacts:
    coupon = discount.part("source").part("coupon")
    off = coupon.whole_or_zero("amount_off")
    percent = coupon.raw("percent_off")
    return DiscountFacts(
        coupon_id=coupon.text("id"),
        title=coupon.text_or_empty("name"),
        percent="" if percent is None else str(percent),
        amount=coupon.as_money(off, "amount_off", coupon.currency()) if off else None,
        forever=coupon.text("duration") == "forever",
    )


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
