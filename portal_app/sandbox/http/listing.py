"""Lists: newest first, cursors both ways, filters."""

from collections.abc import Callable, Iterable
from typing import Any

from portal_app.sandbox.engine.errors import invalid, missing
from portal_app.sandbox.engine.presentation import listed, present
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]
CURSORS: dict[str, Any] = {"limit": "int", "starting_after": "str", "ending_before": "str"}


def page(
    world: World, objects: Iterable[Obj], params: Params, url: str, *, kind: str = "object"
) -> Obj:
    """One page of `objects`, which come newest first. Raises 400 for bad limits and cursors."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:  # noqa: PLR2004 - docs.stripe.com/api/pagination
        raise invalid(
            "Invalid integer: limit must be between 1 and 100.",
            param="limit",
            code="parameter_invalid_integer",
        )
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid(
            "You can only specify one of `starting_after` and `ending_before`.",
            code="parameters_exclusive",
        )
    found = list(objects)
    if before:
        end = _position(found, before, kind, "ending_before")
        chosen, has_more = found[max(0, end - limit) : end], end > limit
    else:
        start = _position(found, after, kind, "starting_after") + 1 if after else 0
        chosen, has_more = found[start : start + limit], len(found) > start + limit
    return listed([present(world, obj) for obj in chosen], url, has_more=has_more)


def _position(found: list[Obj], cursor: str, kind: str, param: str) -> int:
    for position, obj in enumerate(found):
        if obj["id"] == cursor:
            return position
    raise missing(kind, cursor, param=param)


def created_within(params: Params) -> Callable[[Obj], bool]:
    """The `created` filter: an exact time or any of gt, gte, lt, lte."""
    given = params.get("created")
    if given is None:
        return lambda _obj: True
    if isinstance(given, int):
        return lambda obj: bool(obj["created"] == given)
    low = max(given.get("gte", 0), given.get("gt", -1) + 1)
    high = min(given.get("lte", 2**53), given.get("lt", 2**53) - 1)
    return lambda obj: low <= obj["created"] <= high
