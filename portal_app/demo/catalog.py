"""What the demo's two companies sell (contracts.md, "Demo world")."""

from dataclasses import dataclass

import stripe

NORTHWIND, LUMEN = "biz_northwind", "biz_lumen"


@dataclass(frozen=True)
class DemoPrices:
    """Ids of the prices, by what is sold and how often."""

    trading_monthly: str
    trading_yearly: str
    trading_pro: str
    trading_pounds: str
    course: str
    coaching: str
    lumen_yen: str
    lumen_dinar: str


async def create_catalog(client: stripe.StripeClient) -> DemoPrices:
    room = await _product(
        client, NORTHWIND, "Trading Room", "Live market sessions, alerts and the members' chat."
    )
    course = await _product(
        client, NORTHWIND, "Course Library", "Every recorded course, yours to keep."
    )
    coaching = await _product(
        client, NORTHWIND, "Coaching", "One hour a month with a coach, and a plan between."
    )
    lumen = await _product(
        client, LUMEN, "Lumen Fitness", "Studio classes and the training app, without a contract."
    )
    return DemoPrices(
        trading_monthly=await _price(client, room, 2900, "usd", "Monthly", every=("month", 1)),
        trading_yearly=await _price(client, room, 29000, "usd", "Yearly", every=("year", 1)),
        trading_pro=await _price(client, room, 5900, "usd", "Pro", every=("month", 1)),
        trading_pounds=await _price(client, room, 2400, "gbp", "Monthly", every=("month", 1)),
        course=await _price(client, course, 9900, "usd", "One-time"),
        coaching=await _price(client, coaching, 12000, "eur", "Quarterly", every=("month", 3)),
        lumen_yen=await _price(client, lumen, 1500, "jpy", "Monthly", every=("month", 1)),
        # Fils: Stripe wants three-decimal amounts to end in 0.
        lumen_dinar=await _price(client, lumen, 9500, "kwd", "Monthly", every=("month", 1)),
    )


async def _product(client: stripe.StripeClient, company: str, name: str, text: str) -> str:
    product = await client.v1.products.create_async(
        {"name": name, "description": text, "metadata": {"portal_company": company}}
    )
    return product.id


async def _price(
    client: stripe.StripeClient,
    product: str,
    amount: int,
    currency: str,
    nickname: str,
    *,
    every: tuple[str, int] | None = None,
) -> str:
    """`amount` in minor units of `currency`; `every` is interval and count, None for one-time."""
    params: stripe.params.PriceCreateParams = {
        "product": product,
        "unit_amount": amount,
        "currency": currency,
        "nickname": nickname,
    }
    if every:
        params["recurring"] = {"interval": every[0], "interval_count": every[1]}
    return (await client.v1.prices.create_async(params)).id
