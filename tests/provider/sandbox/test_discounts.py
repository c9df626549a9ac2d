"""Coupons, promotion codes, tax rates and tax ids, and what they make of an invoice."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


def _coupon(shop: Shop, **given: Any) -> str:
    return shop.client.v1.coupons.create({"percent_off": 20, **given}).id  # type: ignore[typeddict-item]


def _code(shop: Shop, coupon: str, **given: Any) -> stripe.PromotionCode:
    promotion: Any = {"type": "coupon", "coupon": coupon}
    return shop.client.v1.promotion_codes.create({"promotion": promotion, **given})  # type: ignore[typeddict-item]


def _totals(shop: Shop, subscription: Any) -> list[int]:
    return [i.total for i in shop.invoices(subscription.id)]


@pytest.mark.parametrize(
    ("coupon", "totals"),
    [
        ({"duration": "once"}, [2320, 2900, 2900, 2900]),
        ({"duration": "repeating", "duration_in_months": 3}, [2320, 2320, 2320, 2900]),
        ({"duration": "forever"}, [2320] * 4),
        ({"duration": "forever", "percent_off": 33.3}, [1934] * 4),
        (
            {"duration": "once", "percent_off": None, "amount_off": 900, "currency": "usd"},
            [2000, 2900, 2900, 2900],
        ),
        (
            {"duration": "forever", "percent_off": None, "amount_off": 9900, "currency": "usd"},
            [0] * 4,
        ),
    ],
)
def test_a_coupon_lasts_as_long_as_it_says(
    shop: Shop, sandbox: SandboxServer, coupon: dict[str, Any], totals: list[int]
) -> None:
    given = {k: v for k, v in {"percent_off": 20, **coupon}.items() if v is not None}
    made = shop.client.v1.coupons.create(given).id  # type: ignore[arg-type]
    subscription = shop.subscribe(shop.customer(), discounts=[{"coupon": made}])
    sandbox.advance(91 * DAY)
    assert _totals(shop, subscription) == totals
    left = shop.client.v1.subscriptions.retrieve(subscription.id).discounts
    assert bool(left) is (coupon["duration"] == "forever")
    assert shop.client.v1.coupons.retrieve(made).times_redeemed == 1


def test_a_discounted_invoice_says_what_was_taken_off(shop: Shop) -> None:
    coupon = _coupon(shop, duration="forever")
    subscription = shop.subscribe(
        shop.customer(), discounts=[{"coupon": coupon}], expand=["discounts.source.coupon"]
    )
    assert subscription.discounts[0].source.coupon.percent_off == 20
    [invoice] = shop.invoices(subscription.id)
    line = invoice.lines.data[0]
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (2900, 2320, 2320)
    assert [t.amount for t in invoice.total_discount_amounts] == [580]
    assert (line.amount, line.discount_amounts[0].amount) == (2900, 580)
    assert line.discounts == invoice.discounts == [subscription.discounts[0].id]
    assert "customer.discount.created" in shop.event_types()


def test_a_coupon_for_the_next_invoice_is_previewed_and_charged(
    shop: Shop, sandbox: SandboxServer
) -> None:
    subscription = shop.subscribe(shop.customer())
    coupon = _coupon(shop, duration="once", percent_off=50)
    api = shop.client.v1
    preview = api.invoices.create_preview(
        {"subscription": subscription.id, "discounts": [{"coupon": coupon}]}
    )
    assert (preview.total, api.coupons.retrieve(coupon).times_redeemed) == (1450, 0)
    api.subscriptions.update(subscription.id, {"discounts": [{"coupon": coupon}]})
    sandbox.advance(29 * DAY)
    assert _totals(shop, subscription)[-1] == preview.total
    assert "customer.discount.deleted" in shop.event_types()


def test_discounts_are_kept_by_id_and_dropped_when_not_named(shop: Shop) -> None:
    first, second = _coupon(shop, duration="forever"), _coupon(shop, duration="forever")
    subscription = shop.subscribe(shop.customer(), discounts=[{"coupon": first}])
    update = shop.client.v1.subscriptions.update
    both = update(
        subscription.id,
        {"discounts": [{"discount": subscription.discounts[0]}, {"coupon": second}]},
    )
    assert both.discounts[0] == subscription.discounts[0]
    preview = shop.client.v1.invoices.create_preview({"subscription": subscription.id})
    assert preview.total == 1856  # 2900 less a fifth, less a fifth of the rest
    assert update(subscription.id, {"discounts": ""}).discounts == []


def test_prorations_include_the_discount(shop: Shop, sandbox: SandboxServer) -> None:
    price = shop.price(3000, interval="day", interval_count=30)
    coupon = _coupon(shop, duration="forever", percent_off=50)
    subscription = shop.subscribe(shop.customer(), price, discounts=[{"coupon": coupon}])
    sandbox.advance(10 * DAY)
    item = subscription["items"].data[0].id
    dear = shop.price(6000, interval="day", interval_count=30)
    shop.client.v1.subscriptions.update(
        subscription.id,
        {"items": [{"id": item, "price": dear}], "proration_behavior": "always_invoice"},
    )
    change = shop.invoices(subscription.id)[-1]
    # Two thirds of $30 at half price less two thirds of $15.
    assert sorted(line.amount for line in change.lines.data) == [-1000, 2000]
    assert (change.total, [t.amount for t in change.total_discount_amounts]) == (1000, [0])


def test_promotion_codes_and_their_restrictions(shop: Shop, sandbox: SandboxServer) -> None:
    coupon = _coupon(shop, duration="forever")
    code = _code(shop, coupon, code="SPRING", max_redemptions=1, expires_at=START + 10 * DAY)
    [found] = shop.client.v1.promotion_codes.list({"code": "spring", "active": True}).data
    assert (found.id, found.promotion.coupon) == (code.id, coupon)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        _code(shop, coupon, code="Spring")
    redeemed = shop.subscribe(shop.customer(), discounts=[{"promotion_code": code.id}])
    assert _totals(shop, redeemed) == [2320]
    expanded = shop.client.v1.subscriptions.retrieve(redeemed.id, {"expand": ["discounts"]})
    assert expanded.discounts[0].promotion_code == code.id  # type: ignore[union-attr]

    def refused(promotion: stripe.PromotionCode, customer: str | None = None) -> str:
        given = [{"promotion_code": promotion.id}]
        holder = customer or shop.customer()
        with pytest.raises(stripe.InvalidRequestError) as error:
            shop.subscribe(holder, discounts=given)
        assert error.value.param == "discounts[0][promotion_code]"
        return str(error.value)

    assert "not active" in refused(code)
    off = _code(shop, coupon)
    shop.client.v1.promotion_codes.update(off.id, {"active": False})
    assert "not active" in refused(off)
    assert "another customer" in refused(_code(shop, coupon, customer=shop.customer()))
    new_only = _code(shop, coupon, restrictions={"first_time_transaction": True})
    assert "prior transactions" in refused(new_only, str(redeemed.customer))
    large: Any = {"minimum_amount": 5000, "minimum_amount_currency": "usd"}
    assert "higher amount" in refused(_code(shop, coupon, restrictions=large))
    late = _code(shop, coupon, expires_at=START + DAY)
    sandbox.advance(2 * DAY)
    assert "not active" in refused(late)


def test_what_is_no_coupon_is_refused(shop: Shop, sandbox: SandboxServer) -> None:
    create = shop.client.v1.coupons.create
    for wrong in (
        {},
        {"percent_off": 20, "amount_off": 5, "currency": "usd"},
        {"percent_off": 120},
        {"amount_off": 500},
        {"percent_off": 10, "duration": "repeating"},
        {"percent_of": 10},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            create(wrong)  # type: ignore[arg-type]
    dated = create({"percent_off": 10, "redeem_by": START + DAY})
    assert dated.valid
    sandbox.advance(2 * DAY)
    assert not shop.client.v1.coupons.retrieve(dated.id).valid
    with pytest.raises(stripe.InvalidRequestError) as expired:
        shop.subscribe(shop.customer(), discounts=[{"coupon": dated.id}])
    assert expired.value.code == "coupon_expired"
    euros = create({"amount_off": 500, "currency": "eur"})
    with pytest.raises(stripe.InvalidRequestError, match="eur"):
        shop.subscribe(shop.customer(), discounts=[{"coupon": euros.id}])
    shop.client.v1.coupons.update(euros.id, {"name": "Five euros"})
    assert shop.client.v1.coupons.delete(euros.id).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such coupon"):
        shop.subscribe(shop.customer(), discounts=[{"coupon": euros.id}])


def _rate(shop: Shop, percentage: float, *, inclusive: bool) -> str:
    return shop.client.v1.tax_rates.create(
        {"display_name": "VAT", "percentage": percentage, "inclusive": inclusive}
    ).id


@pytest.mark.parametrize(
    ("inclusive", "total", "tax", "without"), [(False, 3451, 551, 2900), (True, 2900, 463, 2437)]
)
def test_tax_on_top_and_tax_within(
    shop: Shop, inclusive: bool, total: int, tax: int, without: int
) -> None:
    rate = _rate(shop, 19, inclusive=inclusive)
    subscription = shop.subscribe(shop.customer(), default_tax_rates=[rate])
    assert subscription.default_tax_rates[0].percentage == 19
    [invoice] = shop.invoices(subscription.id)
    assert (invoice.total, invoice.total_excluding_tax) == (total, without)
    [found] = invoice.total_taxes
    assert (found.amount, found.taxable_amount, found.tax_rate_details.tax_rate) == (
        tax,
        without,
        rate,
    )
    assert invoice.lines.data[0].taxes[0].amount == tax


def test_tax_follows_the_discount_and_spares_the_exempt(shop: Shop) -> None:
    rate = _rate(shop, 10, inclusive=False)
    coupon = _coupon(shop, percent_off=50)
    extras = {"default_tax_rates": [rate], "discounts": [{"coupon": coupon}]}
    subscription = shop.subscribe(shop.customer(), **extras)
    assert [(i.total, i.subtotal) for i in shop.invoices(subscription.id)] == [(1595, 2900)]
    exempt = shop.customer()
    shop.client.v1.customers.update(exempt, {"tax_exempt": "reverse"})
    [invoice] = shop.invoices(shop.subscribe(exempt, default_tax_rates=[rate]).id)
    assert (invoice.total, invoice.total_taxes[0].taxability_reason) == (2900, "reverse_charge")


def test_a_one_off_invoice_takes_discounts_and_taxes(shop: Shop) -> None:
    customer = shop.customer()
    api = shop.client.v1
    api.invoice_items.create({"customer": customer, "amount": 10000, "currency": "usd"})
    draft = api.invoices.create(
        {
            "customer": customer,
            "pending_invoice_items_behavior": "include",
            "discounts": [{"coupon": _coupon(shop, percent_off=25)}],
            "default_tax_rates": [_rate(shop, 20, inclusive=False)],
        }
    )
    assert (draft.subtotal, draft.total) == (10000, 9000)
    assert api.invoices.pay(draft.id).amount_paid == 9000


def test_tax_ids_are_checked_and_appear_on_invoices(shop: Shop) -> None:
    customer = shop.customer()
    api = shop.client.v1.customers.tax_ids
    good = api.create(customer, {"type": "eu_vat", "value": "DE000000000"})
    assert (good.country, good.verification.status) == ("DE", "verified")  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        api.create(customer, {"type": "eu_vat", "value": "19"})
    assert wrong.value.code == "tax_id_invalid"
    with pytest.raises(stripe.InvalidRequestError) as missing:
        api.create(customer, {"type": "eu_vat"})  # type: ignore[typeddict-item]
    assert missing.value.code == "parameter_missing"
    [invoice] = shop.invoices(shop.subscribe(customer).id)
    assert [(t.type, t.value) for t in invoice.customer_tax_ids] == [("eu_vat", "DE000000000")]
    assert [t.id for t in api.list(customer).data] == [good.id]
    known = shop.client.v1.customers
    expanded = known.retrieve(customer, {"expand": ["tax_ids"]}).tax_ids
    assert expanded is not None
    assert [t.id for t in expanded.data] == [good.id]
    listed = known.list({"expand": ["data.tax_ids"]}).data
    assert [t.id for one in listed if one.tax_ids for t in one.tax_ids.data] == [good.id]
    with pytest.raises(stripe.InvalidRequestError, match="No such tax_id"):
        api.retrieve(shop.customer(), good.id)
    assert api.delete(customer, good.id).deleted
    assert not api.list(customer).data


def test_one_currency_holds_for_items_and_invoices_too(shop: Shop) -> None:
    customer = shop.customer()
    shop.subscribe(customer)
    api = shop.client.v1
    with pytest.raises(stripe.InvalidRequestError, match="combine currencies"):
        api.invoice_items.create({"customer": customer, "amount": 100, "currency": "eur"})
    with pytest.raises(stripe.InvalidRequestError, match="combine currencies"):
        api.invoices.create({"customer": customer, "currency": "eur"})


def test_a_customer_is_a_business_a_person_or_both(shop: Shop) -> None:
    api, customer = shop.client.v1.customers, shop.customer()
    named = api.update(customer, {"business_name": "Engines", "individual_name": "Ada"})
    assert (named.business_name, named.individual_name) == ("Engines", "Ada")
    assert api.update(customer, {"business_name": ""}).business_name is None
    api.delete(customer)
    gone = api.retrieve(customer, {"expand": ["tax_ids"]})
    assert gone.deleted
