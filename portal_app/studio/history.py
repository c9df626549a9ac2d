"""Who published what and when, as plain text; the same list for looks and for policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from portal_app.catalog.versions import Version
from portal_app.ui.reader import Reader

_TOO_LONG: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """*current* is what holds; any other can be gone back to."""

    number: str = ""
    title: str = ""
    when: str = ""
    current: bool = False


def version_rows(reader: Reader, versions: Sequence[Version]) -> list[VersionRow]:
    """The newest first; at the end how it was before anybody decided."""
    first = VersionRow(number="0", title=reader.say("As it came"), current=not versions)
    return [*(_row(reader, one, one is versions[0]) for one in versions), first]


def _row(reader: Reader, version: Version, current: bool) -> VersionRow:
    title = reader.say("Version {number}", number=version.number)
    if version.restores is not None:
        before = reader.say("as version {number} was", number=version.restores)
        title = f"{title}, {before}"
    author = version.author or reader.say("Operator")
    return VersionRow(
        number=str(version.number),
        title=title,
        when=f"{reader.moment(version.at)} · {author}",
        current=current,
    )


def number_of(text: str) -> int:
    """-1, which no version has, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _TOO_LONG else -1
