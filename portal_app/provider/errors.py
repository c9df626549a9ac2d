"""What can go wrong between us and the payment provider, in words a customer may read."""

from __future__ import annotations

from portal_app.kit.errors import NotFound, PortalError, ProviderUnavailable

UNAVAILABLE = "The payment provider can't be reached right now. Nothing was changed."
REFUSED = "The payment provider refused this. Nothing was changed."


class MalformedObject(ProviderUnavailable):
    """An object of the provider that lacks a field or has it in another type.

    *kind* and *stripe_id* say which, *field* where; none of it is shown to a customer. The object
    is skipped as a whole, because half of it would be a wrong statement about somebody's money.
    """

    code = "malformed_object"

    def __init__(self, kind: str, stripe_id: str, field: str) -> None:
        super().__init__("The payment provider gave an answer that we can't use.")
        self.kind = kind
        self.stripe_id = stripe_id
        self.field = field

    def __str__(self) -> str:
        return f"{self.kind} {self.stripe_id or '(no id)'}: {self.field or 'not an object'}"


class ProviderMisconfigured(PortalError):
    """The key is wrong or may not do this; only the operator can mend it (`portal doctor`)."""

    code = "provider_misconfigured"
    status = 503


class UnknownAtProvider(NotFound):
    """The provider knows no such object."""


class ProviderFailed(ProviderUnavailable):
    """It answered with an error of its own (5xx), which it will repeat for the same key.

    Source: docs.stripe.com/api/idempotent_requests, "including 500 errors".
    """

    code = "provider_failed"


class RefusedByProvider(PortalError):
    """It understood and said no, for good; *code* is its own code where it gave one."""

    code = "refused_by_provider"
    status = 409

    def __init__(self, code: str | None = None, sentence: str = REFUSED) -> None:
        super().__init__(sentence, code=code)


class CardDeclined(RefusedByProvider):
    """The bank said no; *code* is Stripe's decline code (docs.stripe.com/declines/codes)."""

    code = "card_declined"
    status = 402

    def __init__(self, code: str | None = None) -> None:
        super().__init__(code, "The bank declined the payment. Nothing was charged.")


class AuthenticationRequired(RefusedByProvider):
    """The bank wants to ask the customer first."""

    code = "authentication_required"
    status = 402

    def __init__(self) -> None:
        super().__init__(None, "Your bank wants you to confirm this payment.")
