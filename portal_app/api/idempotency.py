"""`Idempotency-Key`: a write that is sent again with the same key happens once, and answers alike.

What succeeded is kept for a day and a little, as at Whop (whop-api §2). What failed is forgotten,
so that the same key may try again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from starlette.requests import Request

from portal_app.api.models import IdempotentRequest
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import Conflict, InvalidInput, PortalError

HEADER: Final = "Idempotency-Key"
KEPT_FOR: Final = timedelta(hours=25)
LONGEST: Final = 255
# Longer than a write may take with the provider asked several times; afterwards its process died.
LEASE: Final = timedelta(seconds=90)


class InProgress(Conflict):
    """The first request with this key has not been answered yet."""

    code = "idempotency_key_in_progress"

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still being answered.")


class OtherRequest(PortalError):
    """The key was used for something else."""

    code = "idempotency_key_reused"
    status = 422

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request: use a new one.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks under which *key* (empty without one); *digest* stands for what was asked."""

    owner: str
    key: str
    digest: str

    @classmethod
    def of(cls, request: Request, owner: str, target: Iterable[str], body: bytes) -> Self:
        """InvalidInput for a key that is empty or too long, and for several."""
        keys = request.headers.getlist(HEADER)
        if keys and not (len(keys) == 1 and 0 < len(keys[0]) <= LONGEST and keys[0].isprintable()):
            raise InvalidInput(
                f"{HEADER} must have 1 to {LONGEST} characters.", code="invalid_idempotency_key"
            )
        written = hashlib.sha256("\n".join(target).encode() + b"\n" + body)
        return cls(owner, keys[0] if keys else "", written.hexdigest())


async def once(asked: Asked, write: Callable[[], Awaitable[Any]]) -> tuple[Any, bool]:
    """What *write* answers, and whether it is only repeated from the first time.

    Raises InProgress, OtherRequest, and what *write* raises.
    """
    if not asked.key:
        return await write(), False
    known = await _begin(asked)
    if known is not None:
        return orjson.loads(known.answer), True
    try:
        answer = await write()
    except BaseException:
        await _forget(asked)
        raise
    await _keep(asked, answer)
    return answer, False


async def _begin(asked: Asked) -> IdempotentRequest | None:
    """The answered request of the same key; None when this process has the turn."""
    row = IdempotentRequest(
        owner=asked.owner,
        key=asked.key,
        digest=asked.digest,
        created_at=wall_now(),
        leased_until=wall_now() + LEASE,
    )
    try:
        async with database().unit_of_work() as session:
            session.add(row)
    except IntegrityError:
        return await _known(asked)
    return None


async def _known(asked: Asked) -> IdempotentRequest | None:
    now = wall_now()
    async with database().unit_of_work() as session:
        found = await session.execute(
            select(IdempotentRequest).where(*_named(asked)).with_for_update()
        )
        row = found.scalar_one_or_none()
        if row is None:
            # It failed in this very moment; whoever repeats it will have the turn.
            raise InProgress
        if row.digest != asked.digest:
            raise OtherRequest
        if row.answer:
            return row
        if row.leased_until > now:
            raise InProgress
        row.leased_until = now + LEASE
    return None


async def _keep(asked: Asked, answer: Any) -> None:  # noqa: ANN401 -- JSON
    async with database().unit_of_work() as session:
        kept = update(IdempotentRequest).where(*_named(asked))
        await session.execute(kept.values(answer=orjson.dumps(answer).decode()))


async def _forget(asked: Asked) -> None:
    async with database().unit_of_work() as session:
        await session.execute(delete(IdempotentRequest).where(*_named(asked)))


def _named(asked: Asked) -> tuple[Any, Any]:
    row = IdempotentRequest
    return col(row.owner) == asked.owner, col(row.key) == asked.key
