"""Controls beside `/v1`: a webhook endpoint with a chosen secret, deliveries, and trouble."""

from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.sandbox.engine import webhooks
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.webhooks import DeliveryFaults
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.control import read_body, run
from portal_app.sandbox.http.service import Service


async def register(request: Request) -> Response:
    """`{"url", "secret"}`: create or move the endpoint of this name; it gets every event."""
    body, name = await read_body(request), request.path_params["name"]

    def action(world: World) -> Obj:
        url, secret = body.get("url"), body.get("secret")
        if not isinstance(url, str) or not isinstance(secret, str):
            raise required("url and secret")
        return present(world, webhooks.register(world, name, url, secret))

    return await run(request, action)


async def deliveries(request: Request) -> Response:
    """How many deliveries there are of each state."""
    service: Service = request.app.state.service
    counts = await run_in_threadpool(service.post_office.counts)
    return await run(request, lambda _world: dict(counts))


async def set_faults(request: Request) -> Response:
    """`{"deliveries": {…}, "answers": [{…}]}`: what is left out goes right again."""
    body = await read_body(request)
    service: Service = request.app.state.service

    def action(_world: World) -> Obj:
        service.post_office.set_faults(_delivery_faults(body.get("deliveries") or {}))
        service.answer_faults.set(body.get("answers") or [])
        return {}

    return await run(request, action)


def _delivery_faults(given: dict[str, Any]) -> DeliveryFaults:
    try:
        faults = DeliveryFaults(**given)
        return replace(faults, retry_after=tuple(faults.retry_after))
    except TypeError as error:
        raise invalid(str(error), param="deliveries") from error


ROUTES = [
    Route("/_sandbox/webhook_endpoints/{name}", register, methods=["PUT"]),
    Route("/_sandbox/deliveries", deliveries, methods=["GET"]),
    Route("/_sandbox/faults", set_faults, methods=["POST"]),
]
