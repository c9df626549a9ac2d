"""Which properties a creator's stylesheet may set, and to what. Values are written anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_TOKEN: Final = re.compile(r"var\(\s*--([a-z0-9-]+)\s*\)")
_NUMBER: Final = re.compile(r"([+-]?(?:\d{1,4}(?:\.\d{1,4})?|\.\d{1,4}))([a-z]{0,4})")
# Every one of the first was measured on every one of the second, in light and in dark
# (`contrast_gate.py`).
INKS: Final = ("text", "text-muted", "accent-text")
GROUNDS: Final = ("page", "panel", "panel-raised", "sunken")
_STEPS: Final = tuple(f"{scale}-{step}" for scale in ("accent", "gray") for step in range(1, 13))
LINES: Final = ("accent", "line", "line-strong", *INKS, *_STEPS)
# Takes one part of a value, in small letters; gives it in our own writing, or None.
Check: TypeAlias = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Property:
    """*check* writes one part of a value, of which there are up to *parts*. *allowed* says it."""

    check: Check
    allowed: str
    parts: int = 1
    paints: bool = False


def _word(*words: str) -> Check:
    return lambda part: part if part in words else None


def _token(*names: str) -> Check:
    def check(part: str) -> str | None:
        found = _TOKEN.fullmatch(part)
        return f"var(--{found[1]})" if found and found[1] in names else None

    return check


def _hex(part: str) -> str | None:
    return part if _HEX.fullmatch(part) else None


def _number(low: float, high: float, unit: str = "") -> Check:
    """Without *unit* a plain number; 0 needs none."""

    def check(part: str) -> str | None:
        found = _NUMBER.fullmatch(part)
        if found is None or not low <= float(found[1]) <= high:
            return None
        plain = not found[2] and float(found[1]) == 0
        return f"{float(found[1]):.4g}{found[2]}" if found[2] == unit or plain else None

    return check


def _any(*checks: Check) -> Check:
    def check(part: str) -> str | None:
        return next((found for one in checks if (found := one(part)) is not None), None)

    return check


PROPERTIES: Final = {
    "background-color": Property(
        _token(*GROUNDS),
        "One of var(--page), var(--panel), var(--panel-raised), var(--sunken).",
        paints=True,
    ),
    "border-color": Property(
        _any(_token(*LINES), _hex), "A colour like #0f766e, or a token.", paints=True
    ),
    "border-radius": Property(_number(0, 40, "px"), "0 to 40 px.", parts=4),
    "border-style": Property(
        _word("solid", "dashed", "dotted", "double", "none"),
        "One of solid, dashed, dotted, double, none.",
    ),
    "border-width": Property(_number(0, 4, "px"), "0 to 4 px.", parts=4),
    "box-shadow": Property(
        _any(_word("none"), _token("shadow", "shadow-raised")),
        "One of none, var(--shadow), var(--shadow-raised).",
    ),
    "color": Property(
        _token(*INKS), "One of var(--text), var(--text-muted), var(--accent-text).", paints=True
    ),
    "font-family": Property(
        _any(
            _token("font", "font-code"),
            _word("serif", "sans-serif", "monospace", "system-ui", "ui-serif", "ui-rounded"),
        ),
        "var(--font), var(--font-code), or a generic name such as serif.",
    ),
    "font-size": Property(_number(14, 40, "px"), "14 to 40 px."),
    "font-style": Property(_word("normal", "italic"), "normal or italic."),
    "font-weight": Property(_number(400, 800), "400 to 800."),
    "gap": Property(_number(4, 40, "px"), "4 to 40 px."),
    "letter-spacing": Property(_number(-0.03, 0.12, "em"), "-0.03 to 0.12 em."),
    "line-height": Property(_number(1.15, 2), "A number from 1.15 to 2."),
    "padding": Property(_number(8, 40, "px"), "8 to 40 px.", parts=4),
    "text-align": Property(_word("start", "center", "end"), "start, center or end."),
    "text-transform": Property(
        _word("none", "uppercase", "capitalize"), "none, uppercase or capitalize."
    ),
}


def written_value(name: str, parts: Sequence[str]) -> str | None:
    """The value of *name*, one of PROPERTIES, in our own writing; None for what it can't be."""
    known = PROPERTIES[name]
    if not 0 < len(parts) <= known.parts:
        return None
    written = [known.check(part) for part in parts]
    return None if None in written else " ".join(part for part in written if part)
