"""Whether a webhook was sent by our Stripe account, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import stripe

from portal_app.kit.clock import from_unix
from portal_app.provider.errors import MalformedObject

TOLERANCE_SECONDS: Final = 300  # the SDK's default too, measured on the machine's clock
LARGEST_BODY: Final = 256 * 1024
# Stricter than the SDK, which also takes spaces, signs and any digits that `int` understands.
_HEADER: Final = re.compile(
    r"(?:t=[1-9][0-9]{0,11}|v[0-9]=[0-9a-f]{64})(?:,(?:t=[1-9][0-9]{0,11}|v[0-9]=[0-9a-f]{64}))*"
)


class NotAnEvent(ValueError):
    """Not signed by Stripe for us, too old, of the other mode, or no event at all."""


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """One that came from our account: signed, or from the account's own log.

    *payload* is the event as it came, with what no database can store left out.
    """

    id: str
    type: str
    payload: dict[str, Any]

    @property
    def created_at(self) -> datetime:
        """When its change happened, by the provider's clock."""
        return from_unix(int(self.payload["created"]))


def read_event(body: bytes, signature: str, *, secrets: Iterable[str], live: bool) -> SignedEvent:
    """The event in *body* when one of *secrets* signed it lately; raises NotAnEvent otherwise.

    Source: docs.stripe.com/webhooks/signatures. Events of the other mode (*live* or test) are
    refused, because the objects they name can't be fetched with our key.
    """
    if len(body) > LARGEST_BODY or not _HEADER.fullmatch(signature):
        raise NotAnEvent
    if not any(_is_signed(body, signature, secret) for secret in secrets):
        raise NotAnEvent
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotAnEvent from error
    if not _is_event(event) or event["livemode"] is not live:
        raise NotAnEvent
    return SignedEvent(
        event["id"], event["type"], _storable(event) if b"\\u0000" in body else event
    )


def listed_event(obj: object) -> SignedEvent:
    """An event as the provider's own log has it; raises MalformedObject for anything else."""
    dated = isinstance(obj, dict) and isinstance(obj.get("created"), int)
    if not isinstance(obj, dict) or not dated or not _is_event(obj):
        found = obj.get("id") if isinstance(obj, dict) else None
        raise MalformedObject("event", found if isinstance(found, str) else "", "object")
    return SignedEvent(obj["id"], obj["type"], _storable(obj))


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def _is_event(event: object) -> bool:
    return (
        isinstance(event, dict)
        and event.get("object") == "event"
        and isinstance(event.get("id"), str)
        and isinstance(event.get("type"), str)
        and isinstance(event.get("livemode"), bool)
    )


def _storable(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Without NUL characters, which PostgreSQL refuses in text and in JSON."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value
