"""A person's notices as their account page lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal_app.notifications.service import NoticeSetting
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One kind; *note* says when it comes, or why it can't be refused."""

    key: str = ""
    label: str = ""
    note: str = ""
    wanted: bool = False


def notice_rows(
    reader: Reader, settings: Iterable[NoticeSetting], *, locked: bool
) -> list[NoticeRow]:
    """Those that can't be refused, or the others."""
    return [_row(reader, one) for one in settings if bool(one.kind.locked) is locked]


def _row(reader: Reader, setting: NoticeSetting) -> NoticeRow:
    kind = setting.kind
    note = reader.say(kind.note)
    return NoticeRow(
        key=kind.key,
        label=reader.say(kind.label),
        note=f"{note} {reader.say(kind.locked)}" if kind.locked else note,
        wanted=setting.wanted,
    )
