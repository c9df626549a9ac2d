"""The Starlette application: `/v1/…` as Stripe has it, `/_sandbox/…` to drive the account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.sandbox.engine.world import API_VERSION
from portal_app.sandbox.http import bank, checkout_page, control, fault_control, pages, scripts
from portal_app.sandbox.http.answer_faults import spoiled
from portal_app.sandbox.http.service import Answer, Call, Service, base_of
from portal_app.sandbox.store import Store

_METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


def create_app(path: Path | None, base: str = "") -> Starlette:
    """The sandbox over one SQLite file, or in memory when `path` is None.

    Its routes start at `/v1`; mount it anywhere, and say as `base` where that is. One process
    serves an account; AccountInUse is raised in a second one.
    """
    service = Service(Store(path, base))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        service.close()

    app = Starlette(
        routes=[
            Route("/v1/{path:path}", _v1, methods=_METHODS),
            *control.ROUTES,
            *fault_control.ROUTES,
            *bank.ROUTES,
            *checkout_page.ROUTES,
            *scripts.ROUTES,
            *pages.ROUTES,
        ],
        lifespan=lifespan,
    )
    app.state.service = service
    return app


async def _v1(request: Request) -> Response:
    service: Service = request.app.state.service
    form = (
        (await request.body()).decode(errors="replace")
        if request.method == "POST"
        else request.url.query
    )
    call = Call(
        method=request.method,
        path=f"/v1/{request.path_params['path']}",
        form=form,
        base=base_of(request),
        authorization=request.headers.get("authorization", ""),
        idempotency_key=request.headers.get("idempotency-key"),
    )
    fault = service.answer_faults.next(call.method, call.path)
    if fault is not None and not fault.after and fault.kind != "slow":
        return await spoiled(fault, Response())
    # In a thread, so that a long advance of the clock does not stop the loop that serves others.
    answer = await run_in_threadpool(service.serve, call)
    response = respond(answer, call.idempotency_key)
    return response if fault is None else await spoiled(fault, response)


def respond(answer: Answer, key: str | None = None) -> Response:
    headers = {"Request-Id": answer.request_id, "Stripe-Version": API_VERSION}
    if key:
        headers["Idempotency-Key"] = key
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, media_type="application/json", headers=headers)
