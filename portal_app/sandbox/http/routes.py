"""Every route that exists. A path that is not here answers 501 and names itself."""

from collections.abc import Iterable

from portal_app.sandbox.engine import (
    catalog,
    checkout,
    customers,
    webhook_endpoints,
)
from portal_app.sandbox.http import (
    billing_routes,
    discount_routes,
    payment_routes,
    queries,
    schedule_routes,
    test_clock_routes,
)
from portal_app.sandbox.http import specifications as spec
from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.routing import Route, resource, without_params


def _all() -> Iterable[Route]:
    yield Route("GET", "/v1/account", queries.account)

    yield from resource(
        "/v1/customers", "customer", queries.customers, spec.CUSTOMER_LIST, "CustomerListParams"
    )
    yield Route(
        "POST", "/v1/customers", customers.create, spec.CUSTOMER_CREATE, "CustomerCreateParams"
    )
    yield Route(
        "POST", "/v1/customers/{id}", customers.update, spec.CUSTOMER_UPDATE, "CustomerUpdateParams"
    )
    yield Route("DELETE", "/v1/customers/{id}", without_params(customers.delete))
    yield Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        queries.customer_methods,
        spec.CUSTOMER_METHOD_LIST,
        "CustomerPaymentMethodListParams",
    )
    yield Route("GET", "/v1/customers/{id}/payment_methods/{pm}", queries.customer_method)

    yield from resource(
        "/v1/products", "product", queries.products, spec.PRODUCT_LIST, "ProductListParams"
    )
    yield Route(
        "POST", "/v1/products", catalog.create_product, spec.PRODUCT_CREATE, "ProductCreateParams"
    )
    yield Route(
        "POST",
        "/v1/products/{id}",
        catalog.update_product,
        spec.PRODUCT_UPDATE,
        "ProductUpdateParams",
    )
    yield from resource("/v1/prices", "price", queries.prices, spec.PRICE_LIST, "PriceListParams")
    yield Route("POST", "/v1/prices", catalog.create_price, spec.PRICE_CREATE, "PriceCreateParams")
    yield Route(
        "POST", "/v1/prices/{id}", catalog.update_price, spec.PRICE_UPDATE, "PriceUpdateParams"
    )

    yield from billing_routes.every()
    yield from schedule_routes.every()
    yield from discount_routes.every()
    yield from payment_routes.every()

    yield from resource(
        "/v1/checkout/sessions",
        "checkout.session",
        queries.checkout_sessions,
        spec.CHECKOUT_LIST,
        "SessionListParams",
    )
    yield Route(
        "POST",
        "/v1/checkout/sessions",
        checkout.create,
        spec.CHECKOUT_CREATE,
        "SessionCreateParams",
    )
    yield Route("POST", "/v1/checkout/sessions/{id}/expire", without_params(checkout.expire))
    yield Route(
        "GET",
        "/v1/checkout/sessions/{id}/line_items",
        queries.line_items,
        CURSORS,
        "SessionListLineItemsParams",
    )

    yield from test_clock_routes.every()
    yield from _webhook_endpoints()
    yield from resource("/v1/events", "event", queries.events, spec.EVENT_LIST, "EventListParams")


def _webhook_endpoints() -> Iterable[Route]:
    path, one = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{id}"
    query = queries.webhook_endpoints
    yield from resource(path, "webhook_endpoint", query, CURSORS, "WebhookEndpointListParams")
    create, update = webhook_endpoints.create, webhook_endpoints.update
    yield Route("POST", path, create, spec.WEBHOOK_CREATE, "WebhookEndpointCreateParams")
    yield Route("POST", one, update, spec.WEBHOOK_UPDATE, "WebhookEndpointUpdateParams")
    yield Route("DELETE", one, without_params(webhook_endpoints.delete))


ROUTES = tuple(_all())


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    for route in ROUTES:
        if route.method == method and (found := route.pattern.match(path)):
            return route, found.groups()
    return None
