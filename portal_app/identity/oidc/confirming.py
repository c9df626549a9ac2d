"""Confirming a step-up by signing in anew, at a service that is one of the person's ways in.

It counts as the code does, for the same thing, session and time: whoever left must have come back
as the linked account, and the service must say that they signed in since they left (`auth_time`,
OpenID Connect Core §3.1.2.1). GitHub, Whop and Google don't say when, so they are not offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.identity.models import OidcAttempt, StepUp
from portal_app.identity.oidc import repository
from portal_app.identity.oidc.client import Found
from portal_app.identity.oidc.errors import NotLinkedHere, NotSignedInAnew, UnknownProvider
from portal_app.identity.oidc.providers import Preset, Provider, providers
from portal_app.identity.stepup.approval import needs_the_code
from portal_app.identity.stepup.service import Confirmed, confirm_without_code, step_up_of
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database

# How far the service's clock may be ahead of ours.
AHEAD: Final = timedelta(seconds=60)


async def services_for(session: AsyncSession, actor: Actor, row: StepUp) -> Sequence[Provider]:
    """Where the actor may sign in anew to confirm *row*; none for an address that is proved.

    Nor once it is confirmed: there is nothing left to sign in for.
    """
    if needs_the_code(row) or row.confirmed_at is not None:
        return ()
    identities = await repository.identities_of(session, actor.person_id)
    linked = {(one.provider, one.issuer) for one in identities}
    return tuple(
        one
        for one in providers().values()
        if one.preset is Preset.OIDC and (one.name, one.issuer) in linked
    )


async def service_named(actor: Actor, step_up_id: str, name: str) -> Provider:
    """Raises StepUpNotFound, and UnknownProvider for one that can't confirm this."""
    async with database().reading() as session:
        row = await step_up_of(session, actor, step_up_id)
        offered = {one.name: one for one in await services_for(session, actor, row)}
    if name not in offered:
        raise UnknownProvider
    return offered[name]


async def confirm(actor: Actor, attempt: OidcAttempt, found: Found) -> Confirmed:
    """Raises NotSignedInAnew, NotLinkedHere, StepUpNotFound; nothing is confirmed then."""
    if not is_fresh(found.signed_in_at, left_at=attempt.created_at, now=wall_now()):
        raise NotSignedInAnew
    async with database().unit_of_work() as session:
        known = await repository.identity_of(session, found.issuer, found.subject)
        if known is None or known.person_id != actor.person_id:
            raise NotLinkedHere
        return await confirm_without_code(session, actor, attempt.confirms)


def is_fresh(signed_in_at: datetime | None, *, left_at: datetime, now: datetime) -> bool:
    """Since they left for it. An attempt is over after ten minutes, so it is no older than that.

    `auth_time` is in whole seconds.
    """
    if signed_in_at is None:
        return False
    return left_at.replace(microsecond=0) <= signed_in_at <= now + AHEAD
