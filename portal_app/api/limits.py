"""600 requests a minute for each operation and key, as Whop allows (whop-api §2)."""

from __future__ import annotations

import logging
from typing import Final

from portal_app.kit.errors import TooManyRequests
from portal_app.kit.limits import Limit, counter_at
from portal_app.settings import get_settings

PER_OPERATION: Final = Limit("api", 600, 60)
_log = logging.getLogger(__name__)


async def admit(key_id: str, operation: str) -> None:
    """Count one request; raises TooManyRequests with the seconds until the window ends."""
    counter = counter_at(get_settings().redis_url)
    count, left = await counter.hit(
        f"{PER_OPERATION.name}:{operation}:{key_id}", PER_OPERATION.seconds
    )
    if count <= PER_OPERATION.count:
        return
    if count == PER_OPERATION.count + 1:  # once a window: a flood must not flood the log too
        _log.warning("API limit", extra={"fields": {"key": key_id, "operation": operation}})
    raise TooManyRequests(f"Try again in {left} seconds.", retry_after=left)
