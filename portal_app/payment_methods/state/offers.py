"""What a notice offers after a method was put to use."""

from __future__ import annotations

from portal_app.identity.actor import Actor
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import payable_with
from portal_app.payment_methods.views import PayOffer, pay_offer


async def offer_to_pay(actor: Actor, method_id: str) -> PayOffer:
    """To pay what is open with this method; nothing where nothing is."""
    async with database().reading() as session:
        held = await payable_with(session, actor, method_id, business_now())
    if held is None or held.unpaid is None:
        return PayOffer()
    return pay_offer(
        actor.reader,
        product=held.row.product.title,
        amount=held.unpaid.remaining,
        member_id=held.row.member.id,
        method_id=method_id,
    )
