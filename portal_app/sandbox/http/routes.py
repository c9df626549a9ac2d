"""Every route that exists. A path that is not here answers 501 and names itself."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal_app.sandbox.engine import (
    billing,
    catalog,
    checkout,
    customers,
    drafts,
    invoices,
    payment_methods,
    payments,
    subscriptions,
    webhook_endpoints,
)
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http import queries
from portal_app.sandbox.http import specifications as spec
from portal_app.sandbox.http.listing import CURSORS

Handler = Callable[..., Obj]


@dataclass(frozen=True)
class Route:
    """`handler(world, *path ids, params)` returns an object of the account, or a list.

    `sdk` names the parameters' class in the SDK: what stands there and not in `accepts` is 501.
    """

    method: str
    path: str
    handler: Handler
    accepts: dict[str, Any] = field(default_factory=dict)
    sdk: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", r"([^/]+)", self.path) + "$")


def _retrieve(kind: str) -> Handler:
    def handler(world: World, object_id: str, _params: Obj) -> Obj:
        return world.get(kind, object_id, deleted=True)

    return handler


def _without_params(action: Callable[[World, str], Obj]) -> Handler:
    def handler(world: World, object_id: str, _params: Obj) -> Obj:
        return action(world, object_id)

    return handler


def _attach(world: World, method_id: str, params: Obj) -> Obj:
    return payment_methods.attach(world, method_id, params.get("customer", ""))


def _resource(
    path: str, kind: str, query: Handler, accepts: dict[str, Any], sdk: str
) -> list[Route]:
    return [
        Route("GET", path, query, accepts, sdk),
        Route("GET", path + "/{id}", _retrieve(kind)),
    ]


def _all() -> Iterable[Route]:
    yield Route("GET", "/v1/account", queries.account)

    yield from _resource(
        "/v1/customers", "customer", queries.customers, spec.CUSTOMER_LIST, "CustomerListParams"
    )
    yield Route(
        "POST", "/v1/customers", customers.create, spec.CUSTOMER_CREATE, "CustomerCreateParams"
    )
    yield Route(
        "POST", "/v1/customers/{id}", customers.update, spec.CUSTOMER_UPDATE, "CustomerUpdateParams"
    )
    yield Route("DELETE", "/v1/customers/{id}", _without_params(customers.delete))
    yield Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        queries.customer_methods,
        spec.CUSTOMER_METHOD_LIST,
        "CustomerPaymentMethodListParams",
    )
    yield Route("GET", "/v1/customers/{id}/payment_methods/{pm}", queries.customer_method)

    yield from _resource(
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
    yield from _resource("/v1/prices", "price", queries.prices, spec.PRICE_LIST, "PriceListParams")
    yield Route("POST", "/v1/prices", catalog.create_price, spec.PRICE_CREATE, "PriceCreateParams")
    yield Route(
        "POST", "/v1/prices/{id}", catalog.update_price, spec.PRICE_UPDATE, "PriceUpdateParams"
    )

    yield from _resource(
        "/v1/payment_methods",
        "payment_method",
        queries.methods,
        spec.METHOD_LIST,
        "PaymentMethodListParams",
    )
    yield Route(
        "POST",
        "/v1/payment_methods",
        payment_methods.create,
        spec.METHOD_CREATE,
        "PaymentMethodCreateParams",
    )
    yield Route(
        "POST",
        "/v1/payment_methods/{id}",
        payment_methods.update,
        spec.METHOD_UPDATE,
        "PaymentMethodUpdateParams",
    )
    yield Route(
        "POST",
        "/v1/payment_methods/{id}/attach",
        _attach,
        {"customer": "str"},
        "PaymentMethodAttachParams",
    )
    yield Route("POST", "/v1/payment_methods/{id}/detach", _without_params(payment_methods.detach))

    yield from _resource(
        "/v1/subscriptions",
        "subscription",
        queries.subscriptions,
        spec.SUBSCRIPTION_LIST,
        "SubscriptionListParams",
    )
    yield Route(
        "POST",
        "/v1/subscriptions",
        subscriptions.create,
        spec.SUBSCRIPTION_CREATE,
        "SubscriptionCreateParams",
    )
    yield Route(
        "POST",
        "/v1/subscriptions/{id}",
        subscriptions.update,
        spec.SUBSCRIPTION_UPDATE,
        "SubscriptionUpdateParams",
    )
    yield Route(
        "DELETE",
        "/v1/subscriptions/{id}",
        subscriptions.cancel,
        spec.SUBSCRIPTION_CANCEL,
        "SubscriptionCancelParams",
    )
    yield Route(
        "POST",
        "/v1/subscriptions/{id}/pause",
        subscriptions.pause,
        spec.SUBSCRIPTION_PAUSE,
        "SubscriptionPauseParams",
    )
    yield Route(
        "POST",
        "/v1/subscriptions/{id}/resume",
        subscriptions.resume,
        spec.SUBSCRIPTION_RESUME,
        "SubscriptionResumeParams",
    )
    yield Route(
        "GET",
        "/v1/subscription_items",
        queries.subscription_items,
        spec.ITEM_LIST,
        "SubscriptionItemListParams",
    )

    yield from _resource(
        "/v1/invoices", "invoice", queries.invoices, spec.INVOICE_LIST, "InvoiceListParams"
    )
    yield Route("POST", "/v1/invoices", drafts.create, spec.INVOICE_CREATE, "InvoiceCreateParams")
    yield Route(
        "POST", "/v1/invoices/{id}", drafts.update, spec.INVOICE_UPDATE, "InvoiceUpdateParams"
    )
    yield Route(
        "POST",
        "/v1/invoices/{id}/finalize",
        queries.finalize,
        spec.INVOICE_FINALIZE,
        "InvoiceFinalizeInvoiceParams",
    )
    yield Route("POST", "/v1/invoices/{id}/pay", billing.pay, spec.INVOICE_PAY, "InvoicePayParams")
    yield Route("POST", "/v1/invoices/{id}/void", _without_params(invoices.void))
    yield Route(
        "GET",
        "/v1/invoices/{id}/lines",
        queries.invoice_lines,
        CURSORS,
        "InvoiceLineItemListParams",
    )
    yield Route(
        "POST",
        "/v1/invoiceitems",
        drafts.create_item,
        spec.INVOICE_ITEM_CREATE,
        "InvoiceItemCreateParams",
    )
    yield from _resource(
        "/v1/invoice_payments",
        "invoice_payment",
        queries.invoice_payments,
        spec.INVOICE_PAYMENT_LIST,
        "InvoicePaymentListParams",
    )

    yield from _resource(
        "/v1/payment_intents",
        "payment_intent",
        queries.payment_intents,
        spec.PAYMENT_LIST,
        "PaymentIntentListParams",
    )
    yield from _resource(
        "/v1/charges", "charge", queries.charges, spec.CHARGE_LIST, "ChargeListParams"
    )
    yield from _resource(
        "/v1/refunds", "refund", queries.refunds, spec.REFUND_LIST, "RefundListParams"
    )
    yield Route("POST", "/v1/refunds", payments.refund, spec.REFUND_CREATE, "RefundCreateParams")

    yield from _resource(
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
    yield Route("POST", "/v1/checkout/sessions/{id}/expire", _without_params(checkout.expire))
    yield Route(
        "GET",
        "/v1/checkout/sessions/{id}/line_items",
        queries.line_items,
        CURSORS,
        "SessionListLineItemsParams",
    )

    yield from _webhook_endpoints()
    yield from _resource("/v1/events", "event", queries.events, spec.EVENT_LIST, "EventListParams")


def _webhook_endpoints() -> Iterable[Route]:
    path, one = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{id}"
    query = queries.webhook_endpoints
    yield from _resource(path, "webhook_endpoint", query, CURSORS, "WebhookEndpointListParams")
    create, update = webhook_endpoints.create, webhook_endpoints.update
    yield Route("POST", path, create, spec.WEBHOOK_CREATE, "WebhookEndpointCreateParams")
    yield Route("POST", one, update, spec.WEBHOOK_UPDATE, "WebhookEndpointUpdateParams")
    yield Route("DELETE", one, _without_params(webhook_endpoints.delete))


ROUTES = tuple(_all())


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    for route in ROUTES:
        if route.method == method and (found := route.pattern.match(path)):
            return route, found.groups()
    return None
