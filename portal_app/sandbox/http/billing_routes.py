"""Subscriptions and invoices."""

from collections.abc import Iterable

from portal_app.sandbox.engine import (
    cancellations,
    drafts,
    invoicing,
    pausing,
    previews,
    subscription_updates,
    subscriptions,
)
from portal_app.sandbox.http import billing_specifications as spec
from portal_app.sandbox.http import queries
from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.routing import Route, resource, without_params


def every() -> Iterable[Route]:
    yield from resource(
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
        subscription_updates.update,
        spec.SUBSCRIPTION_UPDATE,
        "SubscriptionUpdateParams",
    )
    yield Route(
        "DELETE",
        "/v1/subscriptions/{id}",
        cancellations.cancel,
        spec.SUBSCRIPTION_CANCEL,
        "SubscriptionCancelParams",
    )
    yield Route(
        "POST",
        "/v1/subscriptions/{id}/pause",
        pausing.pause,
        spec.SUBSCRIPTION_PAUSE,
        "SubscriptionPauseParams",
    )
    yield Route(
        "POST",
        "/v1/subscriptions/{id}/resume",
        pausing.resume,
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

    yield from resource(
        "/v1/invoices", "invoice", queries.invoices, spec.INVOICE_LIST, "InvoiceListParams"
    )
    yield Route(
        "POST",
        "/v1/invoices/create_preview",
        previews.create,
        spec.INVOICE_PREVIEW,
        "InvoiceCreatePreviewParams",
    )
    yield Route("POST", "/v1/invoices", drafts.create, spec.INVOICE_CREATE, "InvoiceCreateParams")
    yield Route(
        "POST", "/v1/invoices/{id}", drafts.update, spec.INVOICE_UPDATE, "InvoiceUpdateParams"
    )
    yield Route(
        "POST",
        "/v1/invoices/{id}/finalize",
        invoicing.finalize,
        spec.INVOICE_FINALIZE,
        "InvoiceFinalizeInvoiceParams",
    )
    yield Route(
        "POST", "/v1/invoices/{id}/pay", invoicing.pay, spec.INVOICE_PAY, "InvoicePayParams"
    )
    yield Route("POST", "/v1/invoices/{id}/void", without_params(invoicing.void))
    yield Route("POST", "/v1/invoices/{id}/send", without_params(invoicing.send))
    yield Route(
        "POST",
        "/v1/invoices/{id}/mark_uncollectible",
        without_params(invoicing.mark_uncollectible),
    )
    yield Route("DELETE", "/v1/invoices/{id}", without_params(invoicing.delete))
    yield Route(
        "GET",
        "/v1/invoices/{id}/lines",
        queries.invoice_lines,
        CURSORS,
        "InvoiceLineItemListParams",
    )
    yield from resource(
        "/v1/invoiceitems",
        "invoiceitem",
        queries.invoice_items,
        spec.INVOICE_ITEM_LIST,
        "InvoiceItemListParams",
    )
    yield Route("DELETE", "/v1/invoiceitems/{id}", without_params(drafts.delete_item))
    yield Route(
        "POST",
        "/v1/invoiceitems",
        drafts.create_item,
        spec.INVOICE_ITEM_CREATE,
        "InvoiceItemCreateParams",
    )
