"""The filters that lists of products and lists of plans have in common."""

from __future__ import annotations

from typing import Any, Final

from portal_app.api.query import Parameter, Query

VISIBILITIES: Final = Parameter(
    name="visibilities",
    says="`visible` is on sale at Stripe, `archived` no longer; others match nothing.",
    many=True,
    choices=("visible", "hidden", "archived", "quick_link"),
)
PLAN_TYPES: Final = Parameter(
    name="plan_types",
    says="`renewal` is charged again and again, `one_time` once.",
    many=True,
    choices=("renewal", "one_time"),
)


def passing(query: Query) -> dict[str, Any]:
    """What may pass, as the statements of `catalog_read` take it."""
    visible, kinds = query.values(VISIBILITIES), query.values(PLAN_TYPES)
    return {
        "active": not visible or "visible" in visible,
        "archived": not visible or "archived" in visible,
        "renewal": not kinds or "renewal" in kinds,
        "one_time": not kinds or "one_time" in kinds,
    }
