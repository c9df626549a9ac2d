"""A list or a table of the portal's settings as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal_app.studio.portal.rows import Row, staying
from portal_app.studio.portal.settings import Column, Setting
from portal_app.studio.portal.words import COLUMNS, choice_of
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """A field of a row; with *options* it is a choice. *id* is its setting, row and column."""

    id: str = ""
    column: str = ""
    label: str = ""
    value: str = ""
    error: str = ""
    numeric: bool = False
    focus: bool = False
    options: list[Choice] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """*title* is what the row is called by its buttons, *focus* the one that has the focus.

    With another *turn* it is drawn anew.
    """

    id: str = ""
    key: str = ""
    turn: str = ""
    focus: str = ""
    title: str = ""
    removed: bool = False
    first: bool = False
    last: bool = False
    cells: list[CellView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lists:
    """What all lists of the page share; *said* are errors by setting, row and column."""

    reader: Reader
    plans: Sequence[Choice]
    said: Mapping[str, str]

    def rows(self, setting: Setting, rows: Sequence[Row]) -> list[RowView]:
        return [
            RowView(
                id=f"{setting.name}.{row['key']}",
                key=row["key"],
                turn=f"{row['key']}-{row['turn']}",
                focus=row["focus"],
                title=self._title(setting, row),
                removed=bool(row["removed"]),
                first=number == 0,
                last=number == len(rows) - 1,
                cells=[self._cell(setting, row, one) for one in setting.columns],
            )
            for number, row in enumerate(rows)
        ]

    def _cell(self, setting: Setting, row: Row, column: Column) -> CellView:
        identity = f"{setting.name}.{row['key']}.{column.name}"
        value = row.get(column.name, "")
        return CellView(
            id=identity,
            column=column.name,
            label=self.reader.say(COLUMNS[column.name]),
            value=value,
            error=self.said.get(identity, ""),
            numeric=column.kind == "number",
            focus=row["focus"] == column.name,
            options=self._options(column, value),
        )

    def _options(self, column: Column, value: str) -> list[Choice]:
        """What is stored can be kept, also where it is none of those any more."""
        if column.kind == "plan":
            found = list(self.plans)
        elif column.kind == "choice":
            found = [
                Choice(value=one, label=self.reader.say(choice_of(one))) for one in column.options
            ]
        else:
            return []
        known = value in {one.value for one in found}
        return found if known else [*found, Choice(value=value, label=value)]

    def _title(self, setting: Setting, row: Row) -> str:
        """By its first column, as it is shown."""
        column = setting.columns[0]
        value = row.get(column.name, "")
        shown = {one.value: one.label for one in self._options(column, value)}
        return shown.get(value, value) or self.reader.say("new line")


def may_add(setting: Setting, rows: Sequence[Row], plans: Sequence[Choice]) -> bool:
    """Whether there is room, and something left to choose."""
    stay = staying(rows)
    choices = [
        len(plans) if one.kind == "plan" else len(one.options)
        for one in setting.columns
        if one.unique and one.kind != "text"
    ]
    return len(stay) < min([setting.most_rows, *choices])
