"""What happens before each notice about a pause."""

from __future__ import annotations

from datetime import timedelta

from portal_app.memberships.models import Membership
from tests.factories import NOW, PERIOD_END
from tests.unit.notifications.mail_shop import Payload, Shop, previewed

RESUMES = PERIOD_END + timedelta(days=62)


async def will_pause(shop: Shop) -> Payload:
    values = {"pauses_at": PERIOD_END, "resumes_at": RESUMES}
    await shop.change(Membership, shop.held.membership.id, **values)
    return {}


async def paused(shop: Shop) -> Payload:
    values = {"stripe_status": "paused", "paused_at": NOW, "resumes_at": RESUMES}
    await shop.change(Membership, shop.held.membership.id, **values)
    return {}


async def resuming(shop: Shop) -> Payload:
    await paused(shop)
    await previewed(shop, RESUMES, 2900, 551)
    return {"due_at": RESUMES.isoformat()}
