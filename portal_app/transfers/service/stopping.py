"""“This wasn't me”: stops an offer, and signs the account out everywhere."""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.sessions import end_sessions_of
from portal_app.kit.db import Database
from portal_app.transfers import repository
from portal_app.transfers.errors import TransferNotFound
from portal_app.transfers.links import digest_of_link, is_token
from portal_app.transfers.models import Transfer
from portal_app.transfers.service.behind_link import Offer, offer_of
from portal_app.transfers.service.offering import stop

log = logging.getLogger(__name__)


async def behind_stop_link(session: AsyncSession, token: object) -> Offer:
    """What was offered, of use still or not. Raises TransferNotFound."""
    return await offer_of(session, await _transfer(session, token))


async def _transfer(session: AsyncSession, token: object) -> Transfer:
    found = None
    if is_token(token):
        found = await repository.by_stop_digest(session, digest_of_link(str(token)))
    if found is None:
        raise TransferNotFound
    return found


async def it_was_not_me(db: Database, token: object) -> bool:
    """Whether the offer could still be stopped; every session of the sender's ends either way.

    Raises TransferNotFound.
    """
    async with db.unit_of_work() as session:
        transfer = await _transfer(session, token)
        stopped = await stop(session, transfer, by="not_me")
        if transfer.person_id is not None:
            await end_sessions_of(session, transfer.person_id)
    fields = {"transfer": transfer.id, "stopped": stopped}
    log.warning("somebody did not offer what was offered for them", extra={"fields": fields})
    return stopped
