"""A route of the API, and the two kinds of which there are many."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal_app.sandbox.engine.world import Obj, World

Handler = Callable[..., Obj]


@dataclass(frozen=True)
class Route:
    """`handler(world, *path ids, params)` returns an object of the account, or a list.

    `sdk` names the parameters' class in the SDK: what stands there and not in `accepts` is 501.
    `public` routes may be called by a browser, with a publishable key and the client secret.
    """

    method: str
    path: str
    handler: Handler
    accepts: dict[str, Any] = field(default_factory=dict)
    sdk: str = ""
    public: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", r"([^/]+)", self.path) + "$")


def retrieve(kind: str) -> Handler:
    def handler(world: World, object_id: str, _params: Obj) -> Obj:
        return world.get(kind, object_id, deleted=True)

    return handler


def without_params(action: Callable[[World, str], Obj]) -> Handler:
    def handler(world: World, object_id: str, _params: Obj) -> Obj:
        return action(world, object_id)

    return handler


def resource(
    path: str, kind: str, query: Handler, accepts: dict[str, Any], sdk: str
) -> list[Route]:
    return [
        Route("GET", path, query, accepts, sdk),
        Route("GET", path + "/{id}", retrieve(kind)),
    ]
