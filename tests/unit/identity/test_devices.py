"""When a browser whose cookie nobody knows is to be told of."""

from __future__ import annotations

import pytest

from portal_app.identity.devices import is_new

FIREFOX, NEXT = "… (Windows NT 10.0) Firefox/140.0", "… (Windows NT 10.0) Firefox/141.0"
SAFARI = "… (iPhone; CPU iPhone OS 18_0) Safari/604.1"


@pytest.mark.parametrize(
    ("before", "new"),
    [
        ([], True),
        ([(FIREFOX, "")], False),
        ([(SAFARI, "")], True),
        ([(FIREFOX, "dev_1")], True),
        ([(FIREFOX, ""), (SAFARI, "dev_1")], True),
    ],
)
def test_kinds_decide_only_while_no_session_names_a_device(
    before: list[tuple[str, str]], new: bool
) -> None:
    assert is_new(NEXT, before) is new
