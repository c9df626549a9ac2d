"""What a browser says that it is; never its raw text, which anybody can forge."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def is_new(user_agent: str, before: Iterable[str]) -> bool:
    """Whether none of those *before* was of that kind."""
    return kind_of(user_agent) not in {kind_of(one) for one in before}


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, text)), "")
