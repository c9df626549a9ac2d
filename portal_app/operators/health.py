"""Whether this process can serve: the database, its schema, Redis, and queues that move."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from redis.asyncio import Redis

from portal_app import startup
from portal_app.jobs.backlog import LATE, backlogs
from portal_app.kit.db import Database

TOGETHER_SECONDS: Final = 1.5
KEPT_SECONDS: Final = 1.0
logger = logging.getLogger(__name__)
Reason = str | None


async def redis_answers(url: str) -> bool:
    """Raises redis.RedisError or OSError when it does not."""
    client = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
    try:
        answer: Any = client.ping()
        return bool(await answer)
    finally:
        await client.aclose()


@dataclass
class Readiness:
    """Asks everything that serving depends on, at most once a second whoever asks.

    Reasons are for the operator and are read by anybody: they name no host and no error text.
    """

    database: Callable[[], Database]
    redis_url: str | None = None
    _known: tuple[float, dict[str, str]] | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reasons(self) -> dict[str, str]:
        """Why this process should get no requests, by dependency; empty when it should."""
        async with self._asking:
            if self._known is None or time.monotonic() - self._known[0] > KEPT_SECONDS:
                self._known = (time.monotonic(), await self._ask())
            return self._known[1]

    async def _ask(self) -> dict[str, str]:
        questions: dict[str, Awaitable[Reason]] = {
            "database": _bounded(self._database(), "The database does not answer."),
            "queues": _bounded(self._queues(), "The queues can't be read."),
        }
        if self.redis_url:
            questions["redis"] = _bounded(self._redis(self.redis_url), "Redis does not answer.")
        answers = await asyncio.gather(*questions.values())
        return {name: answer for name, answer in zip(questions, answers, strict=True) if answer}

    @cached_property
    def _head(self) -> str:
        return startup.head()

    async def _database(self) -> Reason:
        if await startup.revision(self.database()) == self._head:
            return None
        return "The schema is not this version's: run `portal migrate`, or deploy its version."

    async def _queues(self) -> Reason:
        late = [backlog.queue for backlog in await backlogs(self.database()) if backlog.is_late]
        minutes = int(LATE.total_seconds() // 60)
        return f"Rows wait for more than {minutes} minutes: {', '.join(late)}." if late else None

    async def _redis(self, url: str) -> Reason:
        return None if await redis_answers(url) else "Redis does not answer."


async def _bounded(question: Awaitable[Reason], otherwise: str) -> Reason:
    """The answer, or *otherwise* when it fails or takes too long."""
    try:
        async with asyncio.timeout(TOGETHER_SECONDS):
            return await question
    except Exception as error:  # noqa: BLE001 -- whatever it is, we are not ready
        # Asked every few seconds: one line each, no traceback.
        logger.warning("not ready: %s (%s)", otherwise, type(error).__name__)
        return otherwise
