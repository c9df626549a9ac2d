"""What changes the amount of an invoice: coupons, promotion codes, taxes, the balance."""

from collections.abc import Iterable

from portal_app.sandbox.engine import balances, coupons, taxes
from portal_app.sandbox.engine.errors import missing
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http import discount_specifications as spec
from portal_app.sandbox.http import queries
from portal_app.sandbox.http.routing import Route, resource, without_params


def _own_tax_id(world: World, customer_id: str, tax_id: str, _params: Obj) -> Obj:
    return taxes.own_id(world, customer_id, tax_id)


def _own_movement(world: World, customer_id: str, moved: str, _params: Obj) -> Obj:
    found = world.get("customer_balance_transaction", moved)
    if found["customer"] != customer_id:
        raise missing("customer_balance_transaction", moved)
    return found


def every() -> Iterable[Route]:
    yield from _coupons()
    yield from _taxes()
    path = "/v1/customers/{id}/balance_transactions"
    sdk = "CustomerBalanceTransaction"
    yield Route("GET", path, queries.balance_transactions, spec.BALANCE_LIST, f"{sdk}ListParams")
    yield Route("POST", path, balances.adjust, spec.BALANCE_CREATE, f"{sdk}CreateParams")
    yield Route("GET", path + "/{moved}", _own_movement)


def _coupons() -> Iterable[Route]:
    yield from resource(
        "/v1/coupons", "coupon", queries.coupons, spec.COUPON_LIST, "CouponListParams"
    )
    yield Route("POST", "/v1/coupons", coupons.create, spec.COUPON_CREATE, "CouponCreateParams")
    yield Route(
        "POST", "/v1/coupons/{id}", coupons.update, spec.COUPON_UPDATE, "CouponUpdateParams"
    )
    yield Route("DELETE", "/v1/coupons/{id}", without_params(coupons.delete))
    path, sdk = "/v1/promotion_codes", "PromotionCode"
    yield from resource(
        path, "promotion_code", queries.promotion_codes, spec.CODE_LIST, f"{sdk}ListParams"
    )
    yield Route("POST", path, coupons.create_code, spec.CODE_CREATE, f"{sdk}CreateParams")
    yield Route("POST", path + "/{id}", coupons.update_code, spec.CODE_UPDATE, f"{sdk}UpdateParams")


def _taxes() -> Iterable[Route]:
    yield from resource(
        "/v1/tax_rates", "tax_rate", queries.tax_rates, spec.RATE_LIST, "TaxRateListParams"
    )
    yield Route("POST", "/v1/tax_rates", taxes.create_rate, spec.RATE_CREATE, "TaxRateCreateParams")
    yield Route(
        "POST", "/v1/tax_rates/{id}", taxes.update_rate, spec.RATE_UPDATE, "TaxRateUpdateParams"
    )
    path, sdk = "/v1/customers/{id}/tax_ids", "CustomerTaxId"
    yield Route("GET", path, queries.tax_ids, spec.TAX_ID_LIST, f"{sdk}ListParams")
    yield Route("POST", path, taxes.create_id, spec.TAX_ID_CREATE, f"{sdk}CreateParams")
    yield Route("GET", path + "/{tax}", _own_tax_id)
    yield Route("DELETE", path + "/{tax}", taxes.delete_id)
