"""The sandbox's own controls, outside `/v1` so that nobody takes them for Stripe's."""

import json
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.sandbox.engine import (
    checkout_completion,
    happenings,
    lifecycle,
    next_charge,
    payment_methods,
    settings,
    upcoming,
)
from portal_app.sandbox.engine.errors import ApiError, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http import bank
from portal_app.sandbox.http.service import Action, Service, base_of, check_key

_EXPIRY = ("exp_month", "exp_year")


async def run(request: Request, action: Action) -> Response:
    service: Service = request.app.state.service
    answer = await run_in_threadpool(
        service.control,
        action,
        authorization=request.headers.get("authorization", ""),
        base=base_of(request),
    )
    return Response(answer.body, answer.status, media_type="application/json")


async def read_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def read_time(request: Request) -> Response:
    return await run(request, lambda world: {"now": world.now})


async def set_time(request: Request) -> Response:
    """`{"now": unix}`: sets the clock of an empty account, otherwise advances it.

    The answer says what happened on the way: `{"now", "happened": [...]}`.
    """
    now = (await read_body(request)).get("now")

    def action(world: World) -> Obj:
        if not isinstance(now, int) or isinstance(now, bool):
            raise required("now")
        if world.objects:
            lifecycle.advance(world, now)
        else:
            world.now = now
        return {"now": world.now, "happened": happenings.told(world, world.emitted)}

    return await run(request, action)


async def read_upcoming(request: Request) -> Response:
    """The next moments (`limit`, 20) and the charge that is to fail, if any."""
    limit = request.query_params.get("limit", "")
    count = int(limit) if limit.isdecimal() else 20

    def action(world: World) -> Obj:
        found = upcoming.moments(world, count)
        return {"now": world.now, "moments": found, "next_charge": next_charge.read(world)}

    return await run(request, action)


async def plan_next_charge(request: Request) -> Response:
    """`{"decline": "insufficient_funds", "customer": "cus_…"}`: the next charge fails."""
    given = await read_body(request)
    return await run(request, lambda world: next_charge.plan(world, given))


async def read_settings(request: Request) -> Response:
    return await run(request, settings.read)


async def change_settings(request: Request) -> Response:
    """Any of `draft_seconds`, `retry_days` and `after_retries`; see `engine.settings`."""
    given = await read_body(request)
    return await run(request, lambda world: settings.change(world, given))


async def authenticate(request: Request) -> Response:
    """`{"outcome": "succeed"}` or `"fail"`: what the customer does on the bank's page."""
    outcome = (await read_body(request)).get("outcome", "succeed")
    intent_id = request.path_params["id"]
    return await run(
        request,
        lambda world: bank.conclude(world, intent_id, authenticated=outcome == "succeed"),
    )


async def complete_checkout(request: Request) -> Response:
    """`{"payment_method": "pm_card_visa"}`: pay as the customer would on Stripe's page."""
    token = (await read_body(request)).get("payment_method", "pm_card_visa")
    session_id = request.path_params["id"]
    return await run(
        request,
        lambda world: present(world, checkout_completion.complete(world, session_id, str(token))),
    )


async def renew_card(request: Request) -> Response:
    """`{"exp_month": 4, "exp_year": 2030}`: what a card network's updater tells Stripe."""
    given = await read_body(request)
    month, year = (one if isinstance(one, int) else None for one in map(given.get, _EXPIRY))
    method_id = request.path_params["id"]
    return await run(
        request,
        lambda world: present(world, payment_methods.renew(world, method_id, month, year)),
    )


async def read_ledger(request: Request) -> Response:
    """Every POST and DELETE to `/v1` that reached the account, oldest first, the newest 10,000."""
    service: Service = request.app.state.service
    return await run(
        request, lambda _world: {"data": [asdict(one) for one in service.ledger.entries()]}
    )


async def reset(request: Request) -> Response:
    service: Service = request.app.state.service
    try:
        check_key(request.headers.get("authorization", ""))
    except ApiError as error:
        return Response(
            json.dumps({"error": error.body}), error.status, media_type="application/json"
        )
    await run_in_threadpool(service.reset)
    return Response("{}", media_type="application/json")


ROUTES = [
    Route("/_sandbox/clock", read_time, methods=["GET"]),
    Route("/_sandbox/clock", set_time, methods=["POST"]),
    Route("/_sandbox/upcoming", read_upcoming, methods=["GET"]),
    Route("/_sandbox/next_charge", plan_next_charge, methods=["POST"]),
    Route("/_sandbox/settings", read_settings, methods=["GET"]),
    Route("/_sandbox/settings", change_settings, methods=["POST"]),
    Route("/_sandbox/authenticate/{id}", authenticate, methods=["POST"]),
    Route("/_sandbox/checkout/sessions/{id}/complete", complete_checkout, methods=["POST"]),
    Route("/_sandbox/payment_methods/{id}/renew", renew_card, methods=["POST"]),
    Route("/_sandbox/ledger", read_ledger, methods=["GET"]),
    Route("/_sandbox/reset", reset, methods=["POST"]),
]
