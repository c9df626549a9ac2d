"""What time does to what the verbs arranged, by test clocks."""

from __future__ import annotations

import pytest

from portal_app.kit.money import Money
from portal_app.provider.stripe_writer import StripeWriter
from tests.contract.scene import DAY, START, Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEAP_DAY = 1709208000  # 2024-02-29 12:00 UTC, where a month after 31 January ends
HOUR = 3600


async def test_a_cancellation_takes_effect_at_the_periods_end(
    writer: StripeWriter, scene: Scene
) -> None:
    sub = scene.subscribe().id
    arranged = await writer.cancel_at_period_end(sub, key=f"{scene.mark}/1")
    assert int(arranged.plan.period_end.timestamp()) == LEAP_DAY
    scene.advance_to(LEAP_DAY + 2 * HOUR)
    ended = await writer.subscription(sub)
    assert (ended.status, int(ended.ended_at.timestamp())) == ("canceled", LEAP_DAY)  # type: ignore[union-attr]


async def test_a_renewal_is_what_was_previewed(writer: StripeWriter, scene: Scene) -> None:
    sub = scene.subscribe().id
    preview = await writer.preview_renewal(sub)
    scene.advance_to(LEAP_DAY + 2 * HOUR)  # Stripe keeps the draft for an hour
    renewed = await writer.subscription(sub)
    invoice = await writer.invoice(str(renewed.latest_invoice_id))
    assert (invoice.status, invoice.total) == ("paid", preview.total)
    assert preview.total == Money(2900, "USD")
    assert (invoice.period_start, invoice.period_end) == (preview.period_start, preview.period_end)


async def test_a_trial_that_goes_on_ends_when_it_should(writer: StripeWriter, scene: Scene) -> None:
    sub = scene.subscribe(trial_end=START + 5 * DAY).id
    assert (await writer.subscription(sub)).status == "trialing"
    scene.advance_to(START + 5 * DAY + 2 * HOUR)
    assert (await writer.subscription(sub)).status == "active"
