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
from itertools import islice
from typing import Final

import tinycss2
from tinycss2.ast import AtRule, Declaration, FunctionBlock, Node, QualifiedRule, URLToken

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
# What could ask another server for something.
_LOADS: Final = frozenset({"url", "src", "image", "image-set", "attr", "env", "element"})
_BLANK: Final = frozenset({"comment", "whitespace"})


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
    text = text[:LONGEST]
    lines = re.split(r"\r\n|[\r\n\f]", text)
    rules: list[Rule] = []
    refused: list[Refused] = []
    for node in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if not isinstance(node, QualifiedRule):
            refused.append(_no_rule(node))
        elif not (selectors := _selectors(node.prelude)):
            reason = "Only documented classes can be named."
            refused.append(Refused(node.source_line, _prelude_at(lines, node), reason))
        elif kept := tuple(_declarations(node, selectors, refused)):
            rules.append(Rule(selectors, kept))
    return OwnCss(tuple(rules), tuple(refused))


def _no_rule(node: Node) -> Refused:
    if isinstance(node, AtRule):
        keyword = f"@{node.at_keyword}"[:60]
        return Refused(node.source_line, keyword, "Rules with @ are not taken.")
    return Refused(node.source_line, "", "This can't be read.")


def _prelude_at(lines: Sequence[str], rule: QualifiedRule) -> str:
    """What stands before the braces, as it was typed."""
    first = rule.source_line - 1
    typed = lines[first][rule.source_column - 1 :]
    for line in islice(lines, first + 1, None):
        if "{" in typed:
            break
        typed = f"{typed} {line}"
    return " ".join(typed.partition("{")[0].split())[:60]


def _declarations(
    rule: QualifiedRule, selectors: Sequence[str], refused: list[Refused]
) -> Iterator[str]:
    named = frozenset(_CLASS.findall(" ".join(selectors)))
    for node in tinycss2.parse_blocks_contents(
        rule.content, skip_comments=True, skip_whitespace=True
    ):
        if not isinstance(node, Declaration):
            refused.append(_no_rule(node))
            continue
        name = node.lower_name
        reason = _objection(node, named)
        written = None if reason else written_value(name, [*map(_part, _said(node.value))])
        if written is None:
            reason = reason or PROPERTIES[name].allowed
            refused.append(Refused(node.source_line, node.name[:60], reason))
        else:
            yield f"{name}:{written}"


def _said(nodes: Sequence[Node]) -> list[Node]:
    return [node for node in nodes if node.type not in _BLANK]


def _part(node: Node) -> str:
    """One part of a value in the plain form that `own_values.py` knows; empty for anything else."""
    match node.type:
        case "ident":
            return str(node.lower_value)
        case "number":
            return str(node.representation)
        case "dimension":
            return f"{node.representation}{node.lower_unit}"
        case "hash":
            return f"#{node.value}".lower()
        case "function" if node.lower_name == "var":
            names = _said(node.arguments)
            return f"var({names[0].value})" if [one.type for one in names] == ["ident"] else ""
        case _:
            return ""


def _objection(declaration: Declaration, named: frozenset[str]) -> str:
    name = declaration.lower_name
    if any(_loads(node) for node in declaration.value):
        return "Nothing can be loaded."
    if declaration.important:
        return "It wins without !important."
    if name not in PROPERTIES:
        return "This property is not taken."
    if named & _INKED and PROPERTIES[name].paints:
        return "Buttons keep the colours that were measured for them."
    if named & _ON_TOP and name in _GROWS:
        return "The bar on top keeps its size."
    return ""


def _loads(node: Node) -> bool:
    """Only to say the reason; what could load is in no list of values either."""
    named = isinstance(node, FunctionBlock) and node.lower_name in _LOADS
    return named or isinstance(node, URLToken)


def _selectors(prelude: Sequence[Node]) -> tuple[str, ...]:
    """Written anew; empty when any of them is not only of documented classes."""
    written = "".join(_sign(node) for node in prelude)
    found = [" ".join(one.split()) for one in written.split(",")]
    known = all(_SELECTOR.fullmatch(one) for one in found)
    return tuple(found) if known and len(found) <= _MOST_SELECTORS else ()


def _sign(node: Node) -> str:
    """A part of a selector; what none of ours has becomes a sign that none of ours has."""
    match node.type:
        case "ident" | "literal":
            return str(node.value)
        case "whitespace":
            return " "
        case "comment":
            return ""
        case _:
            return "?"
