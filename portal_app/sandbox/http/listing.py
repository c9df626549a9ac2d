"""Lists: newest first, cursors both ways, filters."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from portal_app.sandbox.engine.errors import invalid, missing
from portal_app.sandbox.engine.presentation import listed, present
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]
Keep = Callable[[Obj], bool]
CURSORS: dict[str, Any] = {"limit": "int", "starting_after": "str", "ending_before": "str"}


def _any(_obj: Obj) -> bool:
    return True


def page(
    world: World,
    objects: Sequence[Obj],
    params: Params,
    url: str,
    *,
    kind: str = "object",
    keep: Keep = _any,
) -> Obj:
    """One page of those `objects`, newest first, that are to be kept.

    Raises 400 for bad limits and cursors.
    """
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
    walk = range(len(objects))
    if before:
        walk = range(_position(world, objects, before, kind, "ending_before") - 1, -1, -1)
    elif after:
        walk = walk[_position(world, objects, after, kind, "starting_after") + 1 :]
    # One more than wanted, to know whether there are more; what lies beyond is not looked at.
    found = list(islice((objects[at] for at in walk if keep(objects[at])), limit + 1))
    chosen = found[:limit][:: -1 if before else 1]
    return listed([present(world, obj) for obj in chosen], url, has_more=len(found) > limit)


def _position(world: World, objects: Sequence[Obj], cursor: str, kind: str, param: str) -> int:
    """Objects of the account are found by their order of creation, parts of one by looking."""
    known = world.objects.get(cursor)
    if known is None:
        at = next((at for at, obj in enumerate(objects) if obj["id"] == cursor), len(objects))
    else:
        at = bisect_left(objects, -known["_seq"], key=lambda obj: -obj["_seq"])
    if at == len(objects) or objects[at]["id"] != cursor or objects[at].get("deleted"):
        raise missing(kind, cursor, param=param)
    return at


def created_within(params: Params, name: str = "created") -> Keep:
    """A filter by time, such as `created`: an exact time or any of gt, gte, lt, lte."""
    given = params.get(name)
    if given is None:
        return lambda _obj: True
    if isinstance(given, int):
        return lambda obj: bool(obj[name] == given)
    low = max(given.get("gte", 0), given.get("gt", -1) + 1)
    high = min(given.get("lte", 2**53), given.get("lt", 2**53) - 1)
    return lambda obj: obj[name] is not None and low <= obj[name] <= high
