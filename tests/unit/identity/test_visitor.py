"""What a person reads about the browser they signed in with."""

from __future__ import annotations

import pytest

from portal_app.identity.views import device_name
from portal_app.ui.reader import Reader


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) … Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) … Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU … like Mac OS X) … Version/19 Safari/604", "Safari on iOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) Firefox/140", "Firefox on macOS"),
        ("<b>curl</b>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_devices_have_names_of_ours(agent: str, name: str) -> None:
    assert device_name(Reader("en"), agent) == name
