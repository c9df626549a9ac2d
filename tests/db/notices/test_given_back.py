"""A purchase that is over by a refund: its holder hears of it, also where another had paid."""

from __future__ import annotations

from portal_app.identity.models import Person
from portal_app.invoices.models import Refund
from tests.billing_factories import make_payment
from tests.conftest import Clocks
from tests.factories import make_event, make_member, make_one_time
from tests.notice_world import LATER, NoticeWorld
from tests.rows import NOW, added

ADA, BEN = "ada@example.com", "ben@example.com"


async def test_its_holder_hears_that_it_ended_and_its_payer_of_the_money(
    world: NoticeWorld, clocks: Clocks
) -> None:
    async with world.db.unit_of_work() as session:
        bought = await make_one_time(session, world.ada)
        bought.member.until_at = NOW
        await session.flush()
        ben = await session.get_one(Person, world.his.member.person_id)
        his = world.his.customer
        await make_member(session, bought.membership, ben, customer=his, from_at=NOW)
        intent = bought.membership.stripe_payment_intent_id
        payment = await make_payment(session, bought.customer, stripe_payment_intent_id=intent)
        refund = Refund(
            payment_id=payment.id,
            stripe_refund_id="re_all",
            status="succeeded",
            currency=payment.currency,
            amount_minor=payment.amount_minor,
            created_at=LATER,
            observed_at=NOW,
        )
        await added(session, refund)
        await make_event(session, bought.membership, "canceled", happened_at=LATER)
    await world.change(bought.membership, ended_at=LATER, canceled_at=LATER)
    await world.event("refund.created", "re_all")
    await world.look()
    assert await world.told() == [("ended", BEN), ("refund", ADA)]
