"""What Stripe refuses comes out as one kind of refusal, on both accounts."""

from __future__ import annotations

import logging

import pytest

from portal_app.kit.errors import PortalError
from portal_app.provider.errors import (
    AuthenticationRequired,
    CardDeclined,
    ProviderMisconfigured,
    RefusedByProvider,
    UnknownAtProvider,
)
from portal_app.provider.stripe_writer import StripeWriter
from tests.contract.account import Account
from tests.contract.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_declined_card(writer: StripeWriter, scene: Scene) -> None:
    invoice = scene.invoice(scene.customer("pm_card_chargeCustomerFail"))
    with pytest.raises(CardDeclined) as declined:
        await writer.pay_invoice(invoice, method_id=None, key=f"{scene.mark}/1")
    assert (declined.value.code, declined.value.status) == ("generic_decline", 402)
    assert (await writer.invoice(invoice)).status == "open"


async def test_a_bank_that_wants_to_ask_first(writer: StripeWriter, scene: Scene) -> None:
    invoice = scene.invoice(scene.customer("pm_card_authenticationRequired"))
    with pytest.raises(AuthenticationRequired):
        await writer.pay_invoice(invoice, method_id=None, key=f"{scene.mark}/1")
    assert (await writer.confirmation_secret(invoice)).startswith("pi_")


async def test_what_is_not_there(writer: StripeWriter, scene: Scene) -> None:
    key = f"{scene.mark}/1"
    for call in (
        writer.cancel_subscription("sub_nobody", prorate=False, invoice_now=False, key=key),
        writer.cancel_at_period_end("sub_nobody", key=key),
        writer.pay_invoice("in_nobody", method_id=None, key=key),
        writer.setup_intent("seti_nobody"),
    ):
        with pytest.raises(UnknownAtProvider):
            await call
    await writer.delete_tax_id(scene.customer(card=""), "txi_nobody", key=key)


async def test_what_its_state_forbids(writer: StripeWriter, scene: Scene) -> None:
    sub, invoice = scene.subscribe().id, scene.invoice(finalized=False)
    with pytest.raises(RefusedByProvider):
        await writer.resume_subscription(sub, key=f"{scene.mark}/1")
    with pytest.raises(RefusedByProvider):
        await writer.mark_uncollectible(invoice, key=f"{scene.mark}/2")


async def test_what_was_cancelled_already_is_no_error(writer: StripeWriter, scene: Scene) -> None:
    sub = scene.subscribe().id
    ended = [
        await writer.cancel_subscription(sub, prorate=False, invoice_now=False, key=f"{sub}/{n}")
        for n in range(2)
    ]
    assert ended[0] == ended[1]
    assert ended[0].status == "canceled"


async def test_a_key_used_for_two_things_is_loud(
    writer: StripeWriter, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    sub, key = scene.subscribe().id, f"{scene.mark}/1"
    await writer.set_metadata(sub, {"one": "1"}, key=key)
    with caplog.at_level(logging.ERROR), pytest.raises(RefusedByProvider):
        await writer.set_metadata(sub, {"two": "2"}, key=key)
    assert "this is a bug" in caplog.text
    assert (await writer.subscription(sub)).metadata == {"one": "1"}


async def test_a_key_that_is_none(account: Account) -> None:
    wrong = StripeWriter("sk_test_expired_key_expired", account.base)
    with pytest.raises(ProviderMisconfigured):
        await wrong.subscription("sub_1")
    await wrong.close()


async def test_no_refusal_repeats_what_stripe_wrote(writer: StripeWriter) -> None:
    with pytest.raises(PortalError) as refused:
        await writer.subscription("sub_nobody")
    assert "sub_nobody" not in refused.value.sentence
