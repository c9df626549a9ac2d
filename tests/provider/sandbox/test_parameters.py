"""Every route refuses a parameter it does not know, by its name and with Stripe's code."""

import pytest

from portal_app.sandbox.http.routes import ROUTES, Route
from tests.provider.sandbox_server import SandboxServer

WITH_PARAMETERS = [route for route in ROUTES if route.accepts]


def _call(sandbox: SandboxServer, route: Route, name: str) -> tuple[int, dict[str, str]]:
    path = route.pattern.pattern.rstrip("$").replace("([^/]+)", "x_1")
    given = {"data" if route.method == "POST" else "params": {name: "1"}}
    answer = sandbox.raw(route.method, path, **given)
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_a_misspelt_parameter_is_refused(sandbox: SandboxServer, route: Route) -> None:
    status, error = _call(sandbox, route, "custommer")
    assert (status, error["code"], error["param"]) == (400, "parameter_unknown", "custommer")


@pytest.mark.parametrize(
    "route",
    [route for route in WITH_PARAMETERS if route.sdk],
    ids=lambda r: f"{r.method} {r.path}",
)
def test_a_misspelling_of_what_it_takes_is_refused_too(
    sandbox: SandboxServer, route: Route
) -> None:
    for name in route.accepts:
        wrong = f"{name[:-1]}{name[-1]}{name[-1]}"
        if wrong in route.accepts:
            continue
        status, error = _call(sandbox, route, wrong)
        assert (status, error.get("code"), error.get("param")) == (400, "parameter_unknown", wrong)


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/v1/products", "name"),
        ("/v1/prices", "currency"),
        ("/v1/subscriptions", "customer"),
        ("/v1/invoices", "customer"),
        ("/v1/invoiceitems", "customer"),
        ("/v1/invoices/create_preview", "customer"),
        ("/v1/payment_intents", "amount"),
        ("/v1/payment_methods", "type"),
        ("/v1/refunds", "charge"),
        ("/v1/checkout/sessions", "line_items"),
        ("/v1/promotion_codes", "promotion"),
        ("/v1/tax_rates", "display_name"),
    ],
)
def test_what_is_missing_is_named(sandbox: SandboxServer, path: str, missing: str) -> None:
    answer = sandbox.raw("POST", path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (
        400,
        "parameter_missing",
        missing,
    )
