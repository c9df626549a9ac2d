"""What a browser says that it is; never its raw text, which anybody can forge."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from portal_app.ui.reader import Reader

# Order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone|iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def kind_of(user_agent: str) -> tuple[str, str]:
    """Browser and system, each empty where it is not known; versions come and go."""
    return _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)


def device_name(reader: Reader, user_agent: str) -> str:
    """“Firefox on Windows”, as far as the browser says."""
    browser, system = kind_of(user_agent)
    if browser and system:
        return reader.say("{browser} on {system}", browser=browser, system=system)
    return browser or system or reader.say("Unknown browser")


def is_new(user_agent: str, before: Collection[tuple[str, str]]) -> bool:
    """Whether a browser whose cookie is not known is to be told of.

    *before* are the account's last sessions: user agent and device. Where all are older than
    devices, their kinds are all there is to compare: else everybody would be told once.
    """
    kinds = {kind_of(agent) for agent, _ in before}
    return any(device for _, device in before) or kind_of(user_agent) not in kinds


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, text)), "")
