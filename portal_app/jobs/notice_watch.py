"""When the watch over notices looks: soon after events were worked on, and when dates have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, func, select

from portal_app.ingest.models import InboxEvent
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.models import CardNotice
from portal_app.notifications.notices.watch import SETTLED_AFTER, look_for_notices

# By wall time: the longest that a date waits to be told of.
EVERY: Final = timedelta(minutes=10)
# By business time: a demo's clock has jumped.
JUMP: Final = timedelta(hours=1)


@dataclass
class NoticeWatch:
    """Remembers when this process looked last; that others do too is harmless."""

    database: Callable[[], Database]
    sandbox: bool
    _looked_at: datetime | None = None
    _as_of: datetime | None = None
    _news: tuple[datetime | None, datetime | None] = (None, None)

    async def look_if_due(self) -> bool:
        wall, business = wall_now(), business_now()
        news = await self._newest()
        if not self._is_due(wall, business, news):
            return False
        if await look_for_notices(self.database(), sandbox=self.sandbox) is not None:
            self._looked_at, self._as_of, self._news = wall, business, news
        return True

    def _is_due(
        self, wall: datetime, business: datetime, news: tuple[datetime | None, datetime | None]
    ) -> bool:
        if self._looked_at is None or self._as_of is None or news != self._news:
            return True
        if wall - self._looked_at >= EVERY or abs(business - self._as_of) >= JUMP:
            return True
        # Once more when nothing can be committed any more that was worked on before the last look.
        handled = news[0]
        settled = handled is None or self._looked_at - handled >= SETTLED_AFTER
        return not settled and wall - self._looked_at >= SETTLED_AFTER

    async def _newest(self) -> tuple[datetime | None, datetime | None]:
        """When an event was worked on last, and when a card was noticed last."""
        handled = select(func.max(col(InboxEvent.handled_at)))
        raised = select(func.max(col(CardNotice.raised_at)))
        async with self.database().reading(inline=True) as session:
            return (await session.scalar(handled), await session.scalar(raised))
