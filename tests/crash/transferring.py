"""A membership that Ada has offered to Ben, and where a process dies while he takes it over."""

from __future__ import annotations

from typing import Final

import stripe
from sqlmodel import select

from portal_app.identity.models import EmailAddress
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.models import Member
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.transfers.service import Wish, offer, sender_page, shown_to_sender, signed
from tests.factories import actor_of, make_person
from tests.provider.adapter.account import add_companies, customer, imported, price
from tests.provider.adapter.handing_over import confirm
from tests.provider.sandbox_server import KEY, SandboxServer

# Failpoint → the work that dies there.
TRANSFERS: Final = {
    "intents.recorded": "accept",
    "transfers.arranged": "accept",
    "transfers.begun": "accept",
    "transfers.undone": "accept",
    "intents.sent": "accept",
    "intents.applying": "accept",
    "intents.applied": "accept",
    "transfers.cleared": "work",
    "intents.sent:2": "work",
}


async def offered(url: str, server: SandboxServer) -> None:
    """Both are known, and the offer stands."""
    client = server.client()
    hers, _his = customer(client), customer(client, "ben@example.com")
    client.v1.subscriptions.create({"customer": hers.id, "items": [{"price": price(client, 2900)}]})
    db, writer = Database(url), StripeWriter(KEY, server.origin)
    await add_companies(db)
    await imported(writer, db)
    async with db.unit_of_work() as session:
        people = [
            await make_person(session, email) for email in ("ada@example.com", "ben@example.com")
        ]
        for person, email in zip(people, ("ada@example.com", "ben@example.com"), strict=True):
            await claim(session, person_id=person.id, address_key=email, now=business_now())
        # Made long ago, or a hold of a day would be on the offer.
        for address in await session.scalars(select(EmailAddress)):
            assert address.verified_at < wall_now()
    ada = actor_of(people[0])
    async with db.reading() as session:
        member_id = (await session.scalars(select(Member.id))).one()
        page = await sender_page(session, ada, member_id, business_now())
        wish = Wish(recipient="ben@example.com", note="", shown=shown_to_sender(page.subject))
        asked = await signed(session, ada, member_id, wish)
    await confirm(db, ada, asked.approval)
    await offer(db, writer, ada, member_id, wish)
    await writer.close()
    await db.close()


def lose_card(client: stripe.StripeClient) -> None:
    """Ben's card is gone at Stripe, which nobody has told us yet."""
    (his,) = [one for one in client.v1.customers.list().data if one.email == "ben@example.com"]
    for method in client.v1.customers.payment_methods.list(his.id).data:
        client.v1.payment_methods.detach(method.id)
