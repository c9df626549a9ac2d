"""What a page's state holds before anything was read for it."""

from __future__ import annotations

from typing import Any, cast

from portal_app.identity.state import AccountState
from portal_app.identity.views import AccountView
from portal_app.ui.blank import blank


def test_all_tabs_share_one() -> None:
    """A copy for every tab is what a tab would mostly cost."""
    kept = cast("Any", blank(AccountView))
    assert kept.default_value() is kept.default_value()
    assert kept.default_value() == AccountView()
    assert AccountState.get_fields()["view"].default_value() == AccountView()
