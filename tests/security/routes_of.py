"""Every HTTP route of the portal, read from its routers and its build, not listed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal_app import portal_app
from portal_app.asgi import CLIENT
from portal_app.kit.http.routes import read_pages

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# What Reflex and the sandbox add; their own routers are built in the server only.
_OTHERS = (
    *("/ping", "/_event/", "/_health", "/no/such/page/", "/sandbox/stripe/v1/customers"),
    *("/sandbox/stripe/v1/no_such_thing", "/sandbox/stripe/_sandbox/clock", "/api/v1/nothing"),
)


@dataclass(frozen=True)
class Route:
    """*path* with `{name}` for each open segment, and the methods that it takes."""

    path: str
    methods: tuple[str, ...]

    def filled(self, value: str) -> str:
        return _PARAMETER.sub(value, self.path)


def _declared(routes: Any) -> Iterator[Route]:
    for route in routes:
        methods = getattr(route, "methods", None)
        if methods:
            yield Route(route.path, tuple(sorted(methods)))
        # FastAPI keeps a router that was included as a route of its own.
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        yield from _declared(getattr(inner, "routes", ()))


def http_routes() -> list[Route]:
    apps = (portal_app.create_http(), portal_app.create_webhooks())
    return [route for app in apps for route in _declared(app.routes)]


def api_routes() -> list[Route]:
    api: Any = portal_app.create_api()
    while not hasattr(api, "routes"):
        api = api.app
    return list(_declared(api.routes))


def pages() -> list[Route]:
    """Every page of the build; `:name` segments are open."""
    found = []
    for page in read_pages(CLIENT):
        segments = (f"{{{one[1:]}}}" if one.startswith(":") else one for one in page.pattern)
        found.append(Route(f"/{'/'.join(segments)}/", ("GET", "HEAD")))
    return found


def files() -> list[Route]:
    """One hashed asset, and each file that keeps its name."""
    hashed = next((CLIENT / "assets").glob("*.js")).name
    kept = [path.name for path in sorted(CLIENT.iterdir()) if path.suffix in {".css", ".svg"}]
    return [Route(f"/{name}", ("GET", "HEAD")) for name in (f"assets/{hashed}", *kept)]


def every_route() -> list[Route]:
    others = [Route(path, ("GET",)) for path in ("/", *_OTHERS)]
    return [*http_routes(), *api_routes(), *pages(), *files(), *others]
