"""What is believed of a request."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from portal_app.identity.views import device_name
from portal_app.identity.visitor import client_ip
from portal_app.ui.reader import Reader


def request_from(*forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return Request({"type": "http", "headers": headers, "client": ("10.0.0.1", 1)})


@pytest.mark.parametrize(
    ("forwarded", "hops", "ip"),
    [
        (None, 0, "10.0.0.1"),
        (None, 1, "10.0.0.1"),
        ("198.51.100.1", 0, "10.0.0.1"),
        ("198.51.100.1", 1, "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("198.51.100.1", 2, "10.0.0.1"),
        ("6.6.6.6\n198.51.100.1", 1, "198.51.100.1"),
        ("", 1, "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded: str | None, hops: int, ip: str) -> None:
    lines = [] if forwarded is None else forwarded.split("\n")
    assert client_ip(request_from(*lines), hops) == ip


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
