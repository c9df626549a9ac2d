"""The REST API as one ASGI app, dispatched for `/api/` in front of Reflex."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from portal_app.api import (
    errors,
    invoices,
    members,
    membership_exits,
    membership_pauses,
    membership_promotions,
    membership_transfer,
    membership_writes,
    memberships,
    payment_methods,
    payments,
    plans,
    products,
    setup_intents,
    users,
)
from portal_app.api.description import described
from portal_app.api.envelope import Envelope
from portal_app.api.operations import Operation, by_address, serving
from portal_app.api.setup_return import RETURN, come_back
from portal_app.kit.errors import PortalError

OPERATIONS: Final[tuple[Operation, ...]] = (
    *memberships.OPERATIONS,
    *membership_writes.OPERATIONS,
    *membership_exits.OPERATIONS,
    *membership_pauses.OPERATIONS,
    *membership_promotions.OPERATIONS,
    *membership_transfer.OPERATIONS,
    *members.OPERATIONS,
    *products.OPERATIONS,
    *plans.OPERATIONS,
    *users.OPERATIONS,
    *payment_methods.OPERATIONS,
    *setup_intents.OPERATIONS,
    *payments.OPERATIONS,
    *invoices.OPERATIONS,
)


def create_api() -> ASGIApp:
    """Build the app; it answers full paths such as `/api/v1/memberships/mem_…`.

    There is no CORS header on any answer: keys belong on servers, not in browsers.
    """
    api = FastAPI(
        title="Billing portal",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A redirect would be built from the Host header, which the caller chooses.
        redirect_slashes=False,
        exception_handlers={
            PortalError: errors.portal_error,
            HTTPException: errors.http_error,
            RequestValidationError: errors.malformed,
            Exception: errors.fault,
        },
    )
    for address, methods in by_address(OPERATIONS).items():
        api.add_route(address, serving(methods), methods=list(methods))
    api.add_route(RETURN, come_back, methods=["GET"])
    for path, document in described(api, OPERATIONS).items():
        api.add_route(path, document, methods=["GET"])
    return Envelope(api)
