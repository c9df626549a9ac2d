"""Refusals that a customer or developer may read, and nothing internal."""

from __future__ import annotations


class PortalError(Exception):
    """A refusal: a sentence that is safe to show, a stable code and an HTTP status."""

    code = "error"
    status = 400

    def __init__(
        self, sentence: str, *, code: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code
        self.status = status or self.status


class NotFound(PortalError):
    """Nothing there, or not the caller's: both answer alike, so that ids can't be probed."""

    code = "not_found"
    status = 404


class NotAllowed(PortalError):
    """The caller is known and may not do this."""

    code = "not_allowed"
    status = 403


class Unauthorized(PortalError):
    """The caller did not prove who it is."""

    code = "unauthorized"
    status = 401


class InvalidInput(PortalError):
    """What the caller sent has the wrong form."""

    code = "invalid_request"
    status = 400


class Conflict(PortalError):
    """What the caller asks for does not go together with how things stand."""

    code = "conflict"
    status = 409


class TooManyRequests(PortalError):
    """Over a limit; `retry_after` is in whole seconds."""

    code = "rate_limit_exceeded"
    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class ProviderUnavailable(PortalError):
    """The payment provider could not be reached or answered nonsense; nothing was changed."""

    code = "provider_unavailable"
    status = 503
