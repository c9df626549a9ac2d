"""The tokens of portal.css: enough contrast in both themes, and the dark ones said twice alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[3] / "assets" / "portal.css").read_text()
TOKEN = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b")
PAIRS = [
    ("text", "page"),
    ("text", "panel"),
    ("text", "panel-raised"),
    ("text", "sunken"),
    ("text-muted", "page"),
    ("text-muted", "panel"),
    ("text-muted", "panel-raised"),
    ("text-muted", "sunken"),
    ("accent-text", "page"),
    ("accent-text", "panel"),
    ("accent-contrast", "accent"),
    ("accent-contrast", "accent-hover"),
    ("danger-contrast", "danger"),
    ("danger-contrast", "danger-hover"),
    ("danger-text", "panel"),
    *[(f"{tone}-text", f"{tone}-soft") for tone in ("ok", "info", "warn", "danger", "muted")],
    *[("text", f"{tone}-soft") for tone in ("ok", "info", "warn", "danger", "muted")],
    *[("accent-text", f"{tone}-soft") for tone in ("ok", "info", "warn", "danger", "muted")],
]


def block(start: str) -> str:
    """The declarations of the first rule whose selector is *start*."""
    begin = CSS.index(start)
    return CSS[CSS.index("{", begin) : CSS.index("}", begin)]


LIGHT = dict(TOKEN.findall(block(":root {")))
CHOSEN = block(":root.dark,")
BY_SYSTEM = block(":root:not(.light):not([data-theme")
DARK = {**LIGHT, **dict(TOKEN.findall(CHOSEN))}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5


def test_both_dark_blocks_agree() -> None:
    assert CHOSEN.split() == BY_SYSTEM.split()


def test_an_estimate_in_a_chart_is_outlined_in_what_can_be_seen() -> None:
    """`accent-text` is 4.5:1 on a panel in every look; a paler accent was not even 3:1."""
    for selector in (".chart-bar .chart-estimate", ".chart-key.chart-estimate::before"):
        assert "var(--accent-text)" in block(selector)
