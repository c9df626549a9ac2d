"""Intents whose first try did not come to an end, as the jobs loop finishes them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from portal_app.intents.models import Intent
from portal_app.intents.queueing import began
from portal_app.intents.service import Desk
from portal_app.intents.writes import Writes
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.kit.failpoints import failpoint

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IntentHandler:
    """The intents' handler for the jobs loop.

    One that is queued begins here where nobody began it when the open one was closed: that died.
    """

    desk: Desk
    writes: Writes

    async def __call__(self, intent: Intent) -> None:
        """Raises ProviderUnavailable and StillUnderWay to be called again later.

        Any other refusal ends the intent.
        """
        failpoint("intents.claimed")
        if intent.queued and not await began(self.desk.database(), intent):
            return
        write = self.writes[intent.kind]
        try:
            if write.look is not None:
                await self.desk.look(write.look, write, intent)
            else:
                await self.desk.proceed(write, intent)
        except ProviderUnavailable:
            raise
        except PortalError as refusal:
            fields = {"intent": intent.id, "kind": intent.kind, "refusal": refusal.code}
            logger.warning("a change was refused later", extra={"fields": fields})
