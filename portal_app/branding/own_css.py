"""A creator's own stylesheet, written anew from what it may say: nothing of the text is copied.

What it can't do by construction: load anything (no addresses, no at-rules), hide or move anything
(no such properties, and the bar on top can't grow over a page), make text unreadable (text and
grounds take measured tokens only), or reach what is not a documented class of `assets/portal.css`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from portal_app.branding.own_classes import CLASSES
from portal_app.branding.own_values import PROPERTIES, written_value

LONGEST: Final = 4_000
# They stand on grounds of their own, on which text tokens were not measured.
_INKED: Final = frozenset({"button-primary", "button-surface"})
# They stand above every page, also above what a law asks for, and must not grow over it.
_ON_TOP: Final = frozenset({"brand", "header"})
_GROWS: Final = frozenset(
    {"font-size", "gap", "letter-spacing", "line-height", "padding", "text-transform"}
)
_MOST_SELECTORS: Final = 8
_NAMED: Final = "|".join(sorted(CLASSES, key=len, reverse=True))
_COMPOUND: Final = (
    rf"(?:\.(?:{_NAMED})(?![\w-]))+(?::(?:hover|focus-visible|first-child|last-child))?"
)
_SELECTOR: Final = re.compile(rf"{_COMPOUND}(?:\s+{_COMPOUND}){{0,2}}")
_CLASS: Final = re.compile(r"\.([a-z-]+)")
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# A rule of the usual form, a rule with @, or what is neither, up to where one may begin again.
_RULE: Final = re.compile(
    r"\s*(?:@(?P<at>[^\s;{(]*)[^;{]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\}|\Z)"
    r"|(?P<prelude>[^{}@;]+)\{(?P<block>[^{}]*)\}"
    r"|(?P<other>[^{}]*(?:\{[^{}]*\{[^{}]*\}[^{}]*\}|[{}]|\Z)))"
)
_DECLARATION: Final = re.compile(r"\s*([a-zA-Z-]+)\s*:(.*)", re.DOTALL)
# What could ask another server for something.
_LOADS: Final = re.compile(r"url|src|image|attr|env|element|//|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refused:
    """What was left out: where (*line*, 1 is the first), *what* it was, and why, in English."""

    line: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    selectors: tuple[str, ...]
    declarations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnCss:
    rules: tuple[Rule, ...] = ()
    refused: tuple[Refused, ...] = ()

    def css(self, within: str = "") -> str:
        """Its text; *within* is a selector of ours that everything then stands below."""
        before = f"{within} " if within else ""
        return "".join(
            f"{','.join(before + one for one in rule.selectors)}{{{';'.join(rule.declarations)}}}"
            for rule in self.rules
        )


@lru_cache(maxsize=256)
def own_css(text: str) -> OwnCss:
    """What *text* may say, and what of it was left out."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n") or " ", text[:LONGEST])
    rules: list[Rule] = []
    refused: list[Refused] = []
    at = 0
    while text[at:].strip():
        found = _RULE.match(text, at)
        if found is None or found.end() == at:
            refused.append(_unread(text, at))
            break
        at = found.end()
        begins = _start(text, found.start())
        if found["block"] is None:
            refused.append(_no_rule(text, begins, found["at"]))
            continue
        selectors = _selectors(found["prelude"])
        if not selectors:
            what = " ".join(found["prelude"].split())[:60]
            reason = "Only documented classes can be named."
            refused.append(Refused(_line(text, begins), what, reason))
            continue
        named = frozenset(_CLASS.findall(" ".join(selectors)))
        block = (text, found.start("block"), found.end("block"))
        if kept := tuple(_declarations(block, named=named, refused=refused)):
            rules.append(Rule(selectors, kept))
    return OwnCss(tuple(rules), tuple(refused))


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _start(text: str, at: int) -> int:
    """Where, from *at*, something stands."""
    return at + len(text[at:]) - len(text[at:].lstrip())


def _unread(text: str, at: int) -> Refused:
    return Refused(_line(text, _start(text, at)), "", "This can't be read.")


def _no_rule(text: str, at: int, keyword: str | None) -> Refused:
    if keyword is None:
        return _unread(text, at)
    return Refused(_line(text, at), f"@{keyword}"[:60], "Rules with @ are not taken.")


def _declarations(
    block: tuple[str, int, int], *, named: frozenset[str], refused: list[Refused]
) -> Iterator[str]:
    text, at, end = block
    for said in text[at:end].split(";"):
        begins, at = at, at + len(said) + 1
        if not said.strip():
            continue
        found = _DECLARATION.fullmatch(said)
        if found is None:
            refused.append(_unread(text, begins))
            continue
        name, value = found[1].lower(), found[2]
        reason = _objection(name, value, named)
        written = None if reason else written_value(name, value)
        if written is None:
            line = _line(text, _start(text, begins))
            refused.append(Refused(line, found[1][:60], reason or PROPERTIES[name].allowed))
        else:
            yield f"{name}:{written}"


def _objection(name: str, value: str, named: frozenset[str]) -> str:
    if _LOADS.search(value):
        return "Nothing can be loaded."
    if "!" in value:
        return "It wins without !important."
    if name not in PROPERTIES:
        return "This property is not taken."
    if named & _INKED and PROPERTIES[name].paints:
        return "Buttons keep the colours that were measured for them."
    if named & _ON_TOP and name in _GROWS:
        return "The bar on top keeps its size."
    return ""


def _selectors(prelude: str) -> tuple[str, ...]:
    """Written anew; empty when any of them is not only of documented classes."""
    found: Sequence[str] = [" ".join(one.split()) for one in prelude.split(",")]
    known = all(_SELECTOR.fullmatch(one) for one in found)
    return tuple(found) if known and len(found) <= _MOST_SELECTORS else ()
