"""Whether an ended membership can begin again, and what its page says of that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_app.memberships.service import HeldMembership, RejoinPage
from portal_app.memberships.views import rejoin_view
from portal_app.ui.reader import Reader
from tests.unit.memberships.held import NOW, a_plan, bought, held

JUST_OVER: dict[str, Any] = {
    "cancel_at_period_end": True,
    "current_period_end": NOW - timedelta(seconds=1),
}
OVER: dict[str, Any] = {"stripe_status": "canceled", "ended_at": NOW - timedelta(days=1)}


@pytest.mark.parametrize(
    ("one", "sold", "state"),
    [
        (held(**OVER), True, "open"),
        (held(**OVER), False, "gone"),
        (held(**JUST_OVER), True, "soon"),
        (held(**JUST_OVER), False, "gone"),
        (bought(cancel_at=NOW - timedelta(seconds=1)), True, "gone"),
        (bought(ended_at=NOW - timedelta(days=1)), True, "gone"),
        (held(), True, "runs"),
    ],
)
def test_what_has_ended_can_begin_again_once_the_provider_says_so(
    one: HeldMembership, sold: bool, state: str
) -> None:
    plans = [a_plan()] if sold else []
    page = RejoinPage(held=one, plans=plans, methods=(), others=(), waiting=False)
    view = rejoin_view(Reader("en"), page, done=False)
    assert view.state == state
    assert (view.add_href != "") is (state == "open")
    if state == "soon":
        assert view.ended == "Ended on 20 Nov 2026."
