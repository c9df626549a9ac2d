"""What Prometheus reads: requests by area, queues, and the process itself."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.jobs.backlog import Backlog

# First segments of our own paths. Strangers choose paths, so everything else is one area.
AREAS: Final = frozenset(
    {"api", "assets", "auth", "billing", "brand", "invoices", "livez", "login", "metrics"}
    | {"orders", "readyz", "receipts", "sandbox", "studio", "webhooks"}
)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one process; each web process is scraped by itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "portal_http_requests",
            "Answered HTTP requests.",
            ("area", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "portal_http_request_seconds",
            "Time until the answer began.",
            ("area",),
            registry=self.registry,
        )
        self.waiting = self._gauge("waiting", "Rows that are not done.")
        self.late = self._gauge("late_seconds", "How late the longest waiting row is.")
        self.dead = self._gauge("dead", "Rows that were given up.")
        self.compared = Gauge(
            "portal_reconciled_timestamp_seconds",
            "When our tables were last compared with Stripe.",
            ("kind",),
            registry=self.registry,
        )
        self.broken = Gauge(
            "portal_invariant_violations",
            "Rows that contradict others, or are late, in the last look at their table.",
            ("rule",),
            registry=self.registry,
        )

    def _gauge(self, name: str, help_text: str) -> Gauge:
        return Gauge(f"portal_queue_{name}", help_text, ("queue",), registry=self.registry)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        area = scope["path"].split("/", 2)[1]
        area = area if area in AREAS else "pages"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.requests.labels(area, method, str(status)).inc()
        self.seconds.labels(area).observe(seconds)

    def render(
        self,
        backlogs: Sequence[Backlog],
        compared: Mapping[str, datetime],
        broken: Mapping[str, int],
    ) -> bytes:
        """Prometheus' text format, with queues, reconciliations and invariants as they stand."""
        for rule, count in broken.items():
            self.broken.labels(rule).set(count)
        for kind, at in compared.items():
            self.compared.labels(kind).set(at.timestamp())
        for backlog in backlogs:
            self.waiting.labels(backlog.queue).set(backlog.waiting)
            self.late.labels(backlog.queue).set(backlog.late_by.total_seconds())
            self.dead.labels(backlog.queue).set(backlog.dead)
        return generate_latest(self.registry)


class Measured:
    """Counts each answered HTTP request in *metrics*."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.metrics.count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, counting)
