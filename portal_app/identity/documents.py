"""Sending a tab to another document: pages with another policy, HTTP routes, other origins."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from portal_app.settings import get_settings


def open_document(address: str) -> EventSpec:
    """Send the tab to *address* by a full load, which `rx.redirect` would not do on our own origin.

    It is a path of ours, or the whole address of somebody else's page.
    Reflex hands an address to the browser only when `new URL(address)` has another host. `http:/x`
    without a base has the host `x`; resolved against the page, as `location.assign` does, it is the
    path `/x` of our own origin (WHATWG URL §4.4, “special relative or authority state”).
    """
    origin = get_settings().origin
    path = address.removeprefix(origin)
    return rx.redirect(f"{origin.partition('://')[0]}:{path}" if path.startswith("/") else address)
