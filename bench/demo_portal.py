"""The demo portal that a benchmark runs beside, in a process of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.portal_app_served import HANGING
from tests.portal_server import Portal, running_portal

FACTORY = "bench.portal_app_served:application"
NOBODY = "http://127.0.0.1:9"


@contextmanager
def demo_portal(stripe: str = NOBODY) -> Iterator[Portal]:
    """Seeded and served; the handlers that only benchmarks have find *stripe* where Stripe is."""
    os.environ[HANGING] = stripe
    with (
        tempfile.TemporaryDirectory() as folder,
        running_portal(Path(folder) / "portal", factory=FACTORY) as portal,
    ):
        yield portal
