"""Payment methods, intents, charges and refunds."""

from collections.abc import Iterable

from portal_app.sandbox.engine import (
    confirmation_tokens,
    disputes,
    intents,
    payment_methods,
    refunds,
    setup_intents,
)
from portal_app.sandbox.engine.errors import required
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http import payment_specifications as spec
from portal_app.sandbox.http import queries
from portal_app.sandbox.http.routing import Route, resource, retrieve, without_params

_SECRET: dict[str, object] = {"client_secret": "str"}


def _attach(world: World, method_id: str, params: Obj) -> Obj:
    if not params.get("customer"):
        raise required("customer")
    return payment_methods.attach(world, method_id, params["customer"])


def every() -> Iterable[Route]:
    yield from _methods()
    yield from _payments()
    yield from _setups()
    yield from _disputes()
    yield from resource(
        "/v1/invoice_payments",
        "invoice_payment",
        queries.invoice_payments,
        spec.INVOICE_PAYMENT_LIST,
        "InvoicePaymentListParams",
    )
    yield from resource(
        "/v1/charges", "charge", queries.charges, spec.CHARGE_LIST, "ChargeListParams"
    )
    yield from resource(
        "/v1/refunds", "refund", queries.refunds, spec.REFUND_LIST, "RefundListParams"
    )
    yield Route("POST", "/v1/refunds", refunds.create, spec.REFUND_CREATE, "RefundCreateParams")
    yield Route(
        "POST", "/v1/refunds/{id}", refunds.update, {"metadata": "map"}, "RefundUpdateParams"
    )


def _methods() -> Iterable[Route]:
    path, sdk = "/v1/payment_methods", "PaymentMethod"
    yield from resource(
        path, "payment_method", queries.methods, spec.METHOD_LIST, f"{sdk}ListParams"
    )
    yield Route(
        "POST", path, payment_methods.create, spec.METHOD_CREATE, f"{sdk}CreateParams", public=True
    )
    path += "/{id}"
    yield Route("POST", path, payment_methods.update, spec.METHOD_UPDATE, f"{sdk}UpdateParams")
    yield Route("POST", path + "/attach", _attach, {"customer": "str"}, f"{sdk}AttachParams")
    yield Route("POST", path + "/detach", without_params(payment_methods.detach))


def _payments() -> Iterable[Route]:
    path, sdk = "/v1/payment_intents", "PaymentIntent"
    yield Route("GET", path, queries.payment_intents, spec.PAYMENT_LIST, f"{sdk}ListParams")
    yield Route("POST", path, intents.create, spec.PAYMENT_CREATE, f"{sdk}CreateParams")
    path += "/{id}"
    yield Route("GET", path, retrieve("payment_intent"), _SECRET, public=True)
    yield Route(
        "POST",
        path + "/confirm",
        intents.confirm,
        spec.PAYMENT_CONFIRM,
        f"{sdk}ConfirmParams",
        public=True,
    )
    yield Route("POST", path + "/cancel", intents.cancel, spec.PAYMENT_CANCEL, f"{sdk}CancelParams")


def _disputes() -> Iterable[Route]:
    path, sdk = "/v1/disputes", "Dispute"
    yield from resource(path, "dispute", queries.disputes, spec.DISPUTE_LIST, f"{sdk}ListParams")
    one = path + "/{id}"
    yield Route("POST", one, disputes.update, spec.DISPUTE_UPDATE, f"{sdk}UpdateParams")
    yield Route("POST", one + "/close", without_params(disputes.close))


def _setups() -> Iterable[Route]:
    yield Route("GET", "/v1/confirmation_tokens/{id}", retrieve("confirmation_token"))
    yield Route(
        "POST",
        "/v1/test_helpers/confirmation_tokens",
        confirmation_tokens.create,
        spec.CONFIRMATION_TOKEN_CREATE,
        "ConfirmationTokenCreateParams",
    )
    path, sdk = "/v1/setup_intents", "SetupIntent"
    yield Route("GET", path, queries.setup_intents, spec.SETUP_LIST, f"{sdk}ListParams")
    yield Route("POST", path, setup_intents.create, spec.SETUP_CREATE, f"{sdk}CreateParams")
    path += "/{id}"
    yield Route("GET", path, retrieve("setup_intent"), _SECRET, public=True)
    yield Route("POST", path, setup_intents.update, spec.SETUP_UPDATE, f"{sdk}UpdateParams")
    yield Route(
        "POST",
        path + "/confirm",
        setup_intents.confirm,
        spec.SETUP_CONFIRM,
        f"{sdk}ConfirmParams",
        public=True,
    )
    yield Route(
        "POST", path + "/cancel", setup_intents.cancel, spec.SETUP_CANCEL, f"{sdk}CancelParams"
    )
