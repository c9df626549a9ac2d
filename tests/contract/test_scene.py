"""A scene takes away what it made: on Stripe nothing may stay behind that bills anybody."""

from __future__ import annotations

import pytest

from portal_app.provider.stripe_writer import StripeWriter
from tests.contract.account import Account, Recorder
from tests.contract.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nothing_is_left(
    account: Account, writer: StripeWriter, recorder: Recorder, scene: Scene
) -> None:
    del scene  # a sandbox is empty now
    made = Scene(account, recorder)
    clocked, plain = made.customer(), made.customer(clocked=False)
    subs = [made.subscribe(one).id for one in (clocked, plain)]
    coupon, rate, product = made.coupon(), made.tax_rate(), made.product()
    own = await writer.create_customer(
        email="new@example.com", name="New", metadata={}, key=made.mark
    )
    made.close()
    v1 = account.client.v1
    assert all(v1.customers.retrieve(one).deleted for one in (clocked, plain, own.id))
    assert [v1.subscriptions.retrieve(one).status for one in subs] == ["canceled", "canceled"]
    assert coupon not in [one.id for one in v1.coupons.list().data]
    assert not v1.tax_rates.retrieve(rate).active
    assert not v1.products.retrieve(product).active
