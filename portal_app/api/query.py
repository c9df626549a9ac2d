"""Query parameters: described once, read by that description, refused by name when malformed.

Both ways to send an array are understood: `statuses=active&statuses=trialing` (whop-sdk 2.x) and
`statuses[]=active&statuses[]=trialing` (older SDKs).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal_app.api.values import moment_of
from portal_app.kit.errors import InvalidInput

MOST_VALUES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One query parameter, for reading it and for the OpenAPI document.

    *also* are other names for it in older SDKs; *choices* are all its values, when it has a list.
    """

    name: str
    says: str
    kind: str = "string"  # or "integer", "date-time"
    many: bool = False
    choices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class Query:
    """What stands behind the question mark of one request."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in items:
            self._values.setdefault(name.removesuffix("[]"), []).append(value)

    def values(self, parameter: Parameter) -> tuple[str, ...]:
        """Every value, without repeats; InvalidInput for too many, or one that is no choice."""
        given: list[str] = []
        for name in (parameter.name, *parameter.also):
            given += self._values.get(name, ())
        values = tuple(dict.fromkeys(given))
        if len(values) > MOST_VALUES:
            raise _refused(parameter, f"takes at most {MOST_VALUES} values")
        for value in values:
            if "\0" in value:
                raise _refused(parameter, "contains a character that no text has")
            if parameter.choices and value not in parameter.choices:
                raise _refused(parameter, f"must be one of: {', '.join(parameter.choices)}")
        return values

    def value(self, parameter: Parameter) -> str | None:
        """The one value, None when it was not sent; InvalidInput for two different ones."""
        values = self.values(parameter)
        if len(values) > 1:
            raise _refused(parameter, "can be sent once only")
        return values[0] if values else None

    def moment(self, parameter: Parameter) -> datetime | None:
        """ISO 8601; a time without a zone is UTC."""
        text = self.value(parameter)
        if text is None:
            return None
        try:
            return moment_of(text)
        except ValueError:
            raise _refused(parameter, "must be an ISO 8601 time") from None

    def count(self, parameter: Parameter) -> int | None:
        """A whole number above zero."""
        text = self.value(parameter)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):  # noqa: PLR2004
            raise _refused(parameter, "must be a whole number above zero")
        return int(text)

    def flag(self, parameter: Parameter) -> bool | None:
        text = self.value(parameter)
        return None if text is None else text == "true"


def refuse(query: Query, *parameters: Parameter) -> None:
    """InvalidInput for a filter that Whop has and this portal has not.

    Passing over it would answer another question than the one that was asked.
    """
    for parameter in parameters:
        if query.values(parameter):
            raise InvalidInput(
                f"{parameter.name} is not available here.", code="unsupported_parameter"
            )


def _refused(parameter: Parameter, why: str) -> InvalidInput:
    return InvalidInput(f"{parameter.name} {why}.", code="invalid_parameter")
