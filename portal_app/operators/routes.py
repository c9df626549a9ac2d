"""`/livez`, `/readyz`, `/metrics`: for the load balancer and the monitoring, not for people."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from portal_app.ingest import turns
from portal_app.invariants.service import sweep
from portal_app.jobs.backlog import backlogs
from portal_app.kit.db import database
from portal_app.kit.tokens import same
from portal_app.operators.health import Readiness
from portal_app.operators.metrics import Metrics

NO_STORE = {"Cache-Control": "no-store"}
READING = ["GET", "HEAD"]


def health_routes(readiness: Readiness) -> APIRouter:
    """Anybody may ask: the answers hold nothing about anybody and cost one query a second."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/livez", methods=READING)
    async def alive() -> Response:
        """200 as long as the process answers at all; restarting would mend nothing else."""
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    @router.api_route("/readyz", methods=READING)
    async def ready() -> Response:
        """200, or 503 with the reasons by dependency."""
        reasons = await readiness.reasons()
        body = {"status": "not ready" if reasons else "ok", "reasons": reasons}
        return JSONResponse(body, 503 if reasons else 200, headers=NO_STORE)

    return router


def metrics_routes(metrics: Metrics, token: str) -> APIRouter:
    """Only for who sends `Authorization: Bearer` and *token*; without one there is no route."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def figures(request: Request) -> Response:
        if not same(request.headers.get("authorization", ""), f"Bearer {token}"):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer", **NO_STORE})
        rows = await turns.standing(database())
        compared = {kind.value: row.finished_at for kind, row in rows.items() if row.finished_at}
        body = metrics.render(await backlogs(database()), compared, sweep.counts)
        return Response(body, media_type=CONTENT_TYPE_LATEST, headers=NO_STORE)

    return router
