"""Promotion codes and the coupons behind them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from portal_app.provider.answers import CouponFacts, PromotionFacts
from portal_app.provider.stripe.fields import Fields


def promotion_facts(obj: object) -> PromotionFacts:
    """Of a code with its coupon expanded."""
    promotion = Fields(obj, "promotion_code")
    return PromotionFacts(
        id=promotion.text("id"),
        code=promotion.text("code"),
        coupon=coupon_facts(promotion.part("promotion").part("coupon")),
        active=promotion.flag("active"),
        customer_id=promotion.ref_or_none("customer"),
    )


def coupon_facts(coupon: Fields) -> CouponFacts:
    amount = coupon.raw("amount_off")
    return CouponFacts(
        id=coupon.text("id"),
        name=coupon.text_or_empty("name"),
        percent_off=_percent(coupon),
        amount_off=None if amount is None else coupon.money("amount_off", coupon.currency()),
        duration=coupon.text("duration"),
        months=coupon.count_or_none("duration_in_months"),
        valid=coupon.flag("valid"),
    )


def _percent(coupon: Fields) -> Decimal | None:
    percent = coupon.raw("percent_off")
    if percent is None:
        return None
    try:
        return Decimal(str(percent)).normalize()
    except InvalidOperation as error:
        raise coupon.malformed("percent_off") from error
