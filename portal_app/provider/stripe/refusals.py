"""Stripe's errors become ours; what Stripe wrote goes to the log and to nobody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.provider.errors import UNAVAILABLE, ProviderMisconfigured, UnknownAtProvider

log = logging.getLogger("portal_app.provider")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Around every call of the SDK."""
    try:
        yield
    except stripe.StripeError as error:
        ours = _translated(error)
        log.warning(
            "the provider refused or failed: %s (status %s, code %s, request %s)",
            type(error).__name__,
            error.http_status,
            error.code,
            error.request_id,
        )
        raise ours from error


def _translated(error: stripe.StripeError) -> PortalError:
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return ProviderMisconfigured("This portal isn't connected to its payment provider.")
    if error.code == "resource_missing":
        return UnknownAtProvider("The payment provider doesn't know that.")
    return ProviderUnavailable(UNAVAILABLE)
