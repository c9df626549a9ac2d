"""Products and prices."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.provider.facts import PriceFacts, ProductFacts
from portal_app.provider.stripe.fields import Fields


def product_facts(obj: object) -> ProductFacts:
    product = Fields(obj, "product")
    metadata = product.metadata()
    return ProductFacts(
        id=product.text("id"),
        name=product.text("name"),
        description=product.text_or_empty("description"),
        active=product.flag("active"),
        company_id=metadata.get("portal_company"),
        metadata=metadata,
        created_at=product.moment("created"),
    )


def price_facts(obj: object) -> PriceFacts:
    return read_price(Fields(obj, "price"))


def read_price(price: Fields) -> PriceFacts:
    """A price that stands alone or is embedded in an item or line."""
    currency = price.currency()
    recurring = price.part_or_none("recurring")
    return PriceFacts(
        id=price.text("id"),
        product_id=price.ref("product"),
        title=price.text_or_empty("nickname"),
        currency=currency,
        amount=_unit_amount(price, currency),
        interval=recurring.choice("interval", Interval) if recurring else None,
        interval_count=recurring.count("interval_count") if recurring else 1,
        metered=recurring is not None and recurring.text_or_none("usage_type") == "metered",
        active=price.flag("active"),
        created_at=price.moment("created"),
    )


def _unit_amount(price: Fields, currency: str) -> Money | None:
    """Stripe leaves `unit_amount` empty for fractions of a minor unit, tiers and free amounts."""
    if price.raw("unit_amount") is not None:
        return price.money("unit_amount", currency)
    fraction = price.raw("unit_amount_decimal")
    if fraction is None:
        return None
    try:
        rounded = int(Decimal(str(fraction)).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation as error:
        raise price.malformed("unit_amount_decimal") from error
    return price.as_money(rounded, "unit_amount_decimal", currency)
