"""Stripe's errors become ours; what Stripe wrote goes to the log and to nobody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

import stripe

from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.provider.contact import contact
from portal_app.provider.errors import (
    UNAVAILABLE,
    AuthenticationRequired,
    CardDeclined,
    ProviderFailed,
    ProviderMisconfigured,
    RefusedByProvider,
    UnknownAtProvider,
)

log = logging.getLogger("portal_app.provider")
_NOES: Final = (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError)
# docs.stripe.com/error-codes
_WANTS_CUSTOMER: Final = frozenset(
    {
        "authentication_required",
        "invoice_payment_intent_requires_action",
        "subscription_payment_intent_requires_action",
    }
)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Around every call of the SDK."""
    try:
        yield
        contact.answered()
    except TimeoutError as error:
        contact.failed()
        log.warning("the provider did not answer in time")
        raise ProviderUnavailable(UNAVAILABLE) from error
    except stripe.StripeError as error:
        ours = _translated(error)
        if isinstance(ours, ProviderUnavailable):
            contact.failed()
        else:
            contact.answered()
        log.warning(
            "the provider refused or failed: %s (status %s, code %s, request %s)",
            type(error).__name__,
            error.http_status,
            error.code,
            error.request_id,
        )
        raise ours from error


def _translated(error: stripe.StripeError) -> PortalError:
    status = error.http_status or 0
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return ProviderMisconfigured("This portal isn't connected to its payment provider.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderFailed(UNAVAILABLE)
    if isinstance(error, _NOES) and status != HTTPStatus.CONFLICT:
        return _refusal(error)
    # No answer, nonsense, too many requests; or "try again", where another holds object or key.
    return ProviderUnavailable(UNAVAILABLE)


def _refusal(error: stripe.StripeError) -> PortalError:
    if error.code == "resource_missing":
        return UnknownAtProvider("The payment provider doesn't know that.")
    if isinstance(error, stripe.IdempotencyError):
        log.error("an idempotency key was used for two different requests; this is a bug")
    if error.code in _WANTS_CUSTOMER:
        return AuthenticationRequired()
    if isinstance(error, stripe.CardError):
        return CardDeclined(_decline_code(error))
    return RefusedByProvider(error.code)


def _decline_code(error: stripe.CardError) -> str | None:
    """The bank's own word where Stripe passes it on, else Stripe's."""
    body = error.json_body
    said = body.get("error") if isinstance(body, Mapping) else None
    bank = said.get("decline_code") if isinstance(said, Mapping) else None
    return bank if isinstance(bank, str) else error.code
