"""Lists and tables as rows that are added, removed, moved and filled in; pure.

A row that is removed stays until it is saved, so that it can be had back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from portal_app.studio.portal.settings import (
    DISCOUNTS,
    REASONS,
    SETTINGS,
    Column,
    Setting,
)

# What was typed by column, besides `key` (of its own, within the list), `removed` and a reason's
# `id`. Of the line that was pressed last, *focus* names what has the focus; with *turn* it is drawn
# anew, as that is when a browser gives it.
Row: TypeAlias = dict[str, str]
NO_COLUMNS: Final = frozenset({"key", "removed", "turn", "focus"})
_UNTOUCHED: Final = {"removed": "", "turn": "0", "focus": ""}
# Without them Persian and Hindi can't be written, nor many an emoji.
_JOINERS: Final = "\u200c\u200d"
_TOO_MUCH: Final = "Write a whole number from 1 to 100."


def rows_of(name: str, value: Any) -> list[Row]:  # noqa: ANN401 -- a stored document
    """The rows of what is stored (`settings.stored`)."""
    if name == DISCOUNTS:
        found = [
            {"plan": plan, **{key: _text(one) for key, one in terms.items()}}
            for plan, terms in value.items()
        ]
    elif name == REASONS:
        found = [dict(one) for one in value]
    else:
        column = SETTINGS[name].columns[0].name
        found = [{column: one} for one in value] if isinstance(value, list) else []
    return [{**one, "key": str(number), **_UNTOUCHED} for number, one in enumerate(found)]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def staying(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row["removed"]]


def with_row(setting: Setting, rows: Sequence[Row], plans: Sequence[str]) -> list[Row]:
    """One more at the end; a choice begins with the first that no row has yet."""
    if len(staying(rows)) >= setting.most_rows:
        return list(rows)
    key = str(max((int(row["key"]) for row in rows), default=-1) + 1)
    new = {"key": key, **_UNTOUCHED, "focus": setting.columns[0].name}
    for column in setting.columns:
        options = plans if column.kind == "plan" else column.options
        taken = {row.get(column.name) for row in staying(rows)} if column.unique else set()
        free = [one for one in options if one not in taken] or [*options, ""]
        new[column.name] = free[0] if column.kind in {"choice", "plan"} else ""
    return [*rows, new]


def marked(rows: Sequence[Row], key: str, *, removed: bool) -> list[Row]:
    said = {"removed": "yes" if removed else ""}
    return [_touched({**row, **said}, "remove") if row["key"] == key else row for row in rows]


def _touched(row: Row, focus: str) -> Row:
    return {**row, "turn": str(int(row["turn"]) + 1), "focus": focus}


def moved(rows: Sequence[Row], key: str, *, up: bool) -> list[Row]:
    """By one place; what is removed counts, as it stands on the page too."""
    found = list(rows)
    place = next((number for number, row in enumerate(found) if row["key"] == key), None)
    other = None if place is None else place + (-1 if up else 1)
    if place is not None and other is not None and 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
        # At an end only the way back can be pressed.
        back = other == (0 if up else len(found) - 1)
        found[other] = _touched(found[other], "up" if up is not back else "down")
    return found


def filled(setting: Setting, rows: Sequence[Row], key: str, column: str, text: str) -> list[Row]:
    """What no row or column is named by changes nothing."""
    longest = {one.name: max(one.longest, 40) for one in setting.columns}
    if column not in longest:
        return list(rows)
    typed = " ".join(text.split())[: longest[column] + 1]
    return [{**row, column: typed} if row["key"] == key else row for row in rows]


def faults_of(setting: Setting, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Where (`key.column`) and what is wrong, in English."""
    for column in setting.columns:
        seen: set[str] = set()
        for row in staying(rows):
            text = row.get(column.name, "")
            said = _fault(column, text)
            if not said and column.unique and text in seen:
                said = "This is in the list already."
            if said:
                yield f"{row['key']}.{column.name}", said
            seen.add(text)


def _fault(column: Column, text: str) -> str:
    if text == "":
        return "" if column.may_be_empty else "Fill this in, or remove the line."
    if column.kind == "number" and not (
        text.isascii() and text.isdecimal() and int(text[:9]) in column.within
    ):
        return _TOO_MUCH if column.within.start else "Write a whole number."
    if column.kind == "choice" and text not in column.options:
        return "Choose from the list."
    if column.kind == "text" and not is_plain(text):
        return "That value isn't possible."
    return "This is too long." if column.kind == "text" and len(text) > column.longest else ""


def is_plain(text: str) -> bool:
    """On one line and without signs that aren't seen, but for those that join letters or don't."""
    return all(sign.isprintable() or sign in _JOINERS for sign in text)


def value_of(setting: Setting, rows: Sequence[Row]) -> object:
    """What to store of rows without a fault."""
    stay = staying(rows)
    if setting.name == REASONS:
        return [
            {
                "id": row.get("id") or _own_id(row["label"]),
                "label": row["label"],
                "category": row["category"],
            }
            for row in stay
        ]
    if setting.name == DISCOUNTS:
        return {row["plan"]: _terms(row) for row in stay}
    return [row[setting.columns[0].name] for row in stay]


def _own_id(label: str) -> str:
    return f"own_{hashlib.sha256(label.encode()).hexdigest()[:12]}"


def _terms(row: Mapping[str, str]) -> dict[str, object]:
    months = row.get("months", "")
    return {
        "coupon": row["coupon"],
        "percent_off": int(row["percent_off"]),
        "months": int(months) if months else None,
    }
