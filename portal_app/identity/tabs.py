"""Whose the open tabs of this process are: to tell them that something changed, never what.

A tab that is told reads again by itself, through the guard and with its own cookie. So a wrong
entry here costs a needless read, and shows nobody anything.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator


class OpenTabs:
    """Tab tokens by person; the guard notes them on each event."""

    def __init__(self) -> None:
        self._persons: dict[str, str] = {}

    def note(self, token: str, person_id: str | None) -> None:
        """The tab is this person's now, or nobody's."""
        if person_id is None:
            self._persons.pop(token, None)
        elif token:
            self._persons[token] = person_id

    def keep(self, connected: Container[str]) -> bool:
        """Forget tabs whose socket has gone; whether any are left."""
        for token in [token for token in self._persons if token not in connected]:
            del self._persons[token]
        return bool(self._persons)

    def of(self, persons: Collection[str]) -> list[str]:
        return [token for token, person in self._persons.items() if person in persons]

    def __contains__(self, token: object) -> bool:
        """Whether somebody signed in was in that tab when it last sent an event."""
        return token in self._persons

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._persons))


open_tabs = OpenTabs()
