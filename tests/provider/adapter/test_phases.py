"""What a schedule is written over with: nothing that runs today is lost by leaving it out."""

from __future__ import annotations

from datetime import UTC, datetime

from portal_app.catalog.models import Interval
from portal_app.provider.changing import LaterPlan
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.verbs.plans import _phases


def test_an_item_keeps_its_own_tax_rates_and_the_next_plan_has_them_too() -> None:
    item = {"price": "price_1", "quantity": 2, "tax_rates": [{"id": "txr_1"}, "txr_2"]}
    phase = {"start_date": 1704067200, "end_date": 1706745600, "items": [item]}
    schedule = {"current_phase": {"start_date": 1704067200}, "phases": [phase]}
    wanted = LaterPlan(price_id="price_2", quantity=1, interval=Interval.MONTH, interval_count=1)
    at = datetime(2024, 2, 1, tzinfo=UTC)
    now, later = _phases(Fields(schedule, "subscription_schedule"), wanted, at)
    rates = ["txr_1", "txr_2"]
    assert now["items"] == [{"price": "price_1", "quantity": 2, "tax_rates": rates}]
    assert later["items"] == [{"price": "price_2", "quantity": 1, "tax_rates": rates}]
    del item["tax_rates"]
    for each in _phases(Fields(schedule, "subscription_schedule"), wanted, at):
        assert "tax_rates" not in each["items"][0]
