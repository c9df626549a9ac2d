"""What the recipient agrees to is kept, and the sender hears how far it is."""

from __future__ import annotations

import httpx

from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.branding.publishing import publish_brand
from portal_app.identity.actor import ActorKind, Author
from portal_app.kit.clock import business_now
from portal_app.notifications.models import OutboxMessage
from portal_app.transfers.links import path_of
from portal_app.transfers.models import TransferState
from tests.provider.adapter.account import rows
from tests.provider.adapter.handing_over import Handover
from tests.provider.adapter.test_transfer_pages import As, http, named, over, signed_in_as

__all__ = ["http", "over", "signed_in_as"]


async def test_a_sellers_terms_are_agreed_to_and_kept_with_where_they_are(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    async def publish(terms: str) -> str:
        look = Brand(wordmark="N", accent="#0f766e", terms_url=terms)
        async with over.db.unit_of_work() as session:
            await publish_brand(session, "biz_northwind", look, Author(ActorKind.OPERATOR))
        await looks.refresh(at_most_every=0)
        return terms

    transfer, terms = await over.offered(), await publish("https://northwind.test/terms")
    signed_in_as(named(over.shop.ben, "ben@example.com"))
    page = (await http.get(path_of(transfer.id))).text
    assert f'href="{terms}"' in page
    form = {
        name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("shown", "method")
    }
    # Other terms than those that were read are not agreed to.
    await publish("https://northwind.test/new-terms")
    refused = await http.post(path_of(transfer.id) + "accept/", data=form)
    assert refused.status_code == 409
    await publish(terms)
    await http.post(path_of(transfer.id) + "accept/", data=form)
    row = await over.row(transfer)
    assert (row.state, row.terms_url) == (TransferState.COMPLETED, terms)
    assert "The terms of Northwind" in row.consent
    assert row.accepted_at == business_now()
    assert row.starts_at is not None
    done = (await http.get(path_of(transfer.id))).text
    assert f'href="/confirmations/{transfer.id}/"' in done


async def test_the_sender_hears_once_that_the_link_was_opened(
    over: Handover, http: httpx.AsyncClient, signed_in_as: As
) -> None:
    transfer = await over.offered()

    async def told() -> list[str]:
        mails = await rows(over.db, OutboxMessage)
        return [one.recipient for one in mails if one.payload.get("step") == "opened"]

    await http.get(path_of(transfer.id))  # a mail scanner
    assert await told() == []
    signed_in_as(named(over.shop.ben, "ben@example.com"))
    for _ in range(3):
        await http.get(path_of(transfer.id))
    assert await told() == ["ada@example.com"]
    await http.post(path_of(transfer.id) + "decline/", data={"": ""})
    declined = [m for m in await rows(over.db, OutboxMessage) if m.payload["step"] == "declined"]
    assert {one.recipient for one in declined} == {"ada@example.com", "ben@example.com"}
