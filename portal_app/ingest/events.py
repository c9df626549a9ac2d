"""Which objects an event makes us fetch again: a table by event type, and nothing else.

An event is only ever the reason to look: its own copy of the object may be old, and events come
late, twice, in any order or not at all. Types that are not here tell us nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from portal_app.provider.objects import Kind


class Ref(NamedTuple):
    """One object at the provider."""

    kind: Kind
    id: str


# Type of event → kinds of object, each with the field of the event's object that holds its id.
Fields = tuple[tuple[Kind, str], ...]


def _types(prefix: str, words: str, *fields: tuple[Kind, str]) -> dict[str, Fields]:
    return {f"{prefix}.{word}": fields for word in words.split()}


_OF_TYPE: Final[dict[str, Fields]] = {
    **_types("product", "created updated deleted", (Kind.PRODUCT, "id")),
    **_types("price", "created updated deleted", (Kind.PRICE, "id")),
    **_types("customer", "created updated deleted", (Kind.CUSTOMER, "id")),
    **_types("customer.tax_id", "created deleted updated", (Kind.CUSTOMER, "customer")),
    **_types(
        "payment_method",
        "attached automatically_updated detached updated",
        (Kind.PAYMENT_METHOD, "id"),
    ),
    # What a form of ours was opened for is carried out when no tab is there any more to do it.
    **_types(
        "setup_intent",
        "canceled requires_action setup_failed succeeded",
        (Kind.SETUP, "id"),
    ),
    **_types(
        "customer.subscription",
        "created deleted paused pending_update_applied pending_update_expired resumed updated",
        (Kind.SUBSCRIPTION, "id"),
    ),
    **_types(
        "subscription_schedule",
        "aborted canceled completed created expiring updated",
        (Kind.SUBSCRIPTION, "subscription"),
    ),
    "subscription_schedule.released": ((Kind.SUBSCRIPTION, "released_subscription"),),
    **_types(
        "checkout.session",
        "async_payment_failed async_payment_succeeded completed",
        (Kind.CHECKOUT, "id"),
    ),
    **_types(
        "payment_intent",
        "canceled payment_failed processing requires_action succeeded",
        (Kind.PAYMENT, "id"),
    ),
    **_types(
        "invoice",
        "created deleted finalized marked_uncollectible overpaid paid payment_action_required "
        "payment_failed updated voided",
        (Kind.INVOICE, "id"),
    ),
    "invoice_payment.paid": ((Kind.INVOICE, "invoice"),),
    **_types("credit_note", "created updated voided", (Kind.INVOICE, "invoice")),
    # How much of a payment was given back stands on the payment.
    "charge.refunded": ((Kind.PAYMENT, "payment_intent"),),
    **_types(
        "refund", "created failed updated", (Kind.REFUND, "id"), (Kind.PAYMENT, "payment_intent")
    ),
    **_types(
        "charge.dispute",
        "closed created funds_reinstated funds_withdrawn updated",
        (Kind.DISPUTE, "id"),
    ),
}
HANDLED_EVENTS: Final = tuple(sorted(_OF_TYPE))


def affected(event: Mapping[str, Any]) -> tuple[Ref, ...]:
    """The objects to fetch because of *event*, as it came; none for what we don't project."""
    data = event.get("data")
    obj = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(obj, Mapping):
        return ()
    fields = _OF_TYPE.get(str(event.get("type")), ())
    found = [(kind, _id(obj.get(field))) for kind, field in fields]
    return tuple(Ref(kind, one) for kind, one in found if one)


def _id(value: object) -> str:
    """An id, be it given as such or as the object itself."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""
