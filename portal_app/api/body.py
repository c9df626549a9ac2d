"""Bodies of writes: described once, read by that description, refused by name when malformed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request

from portal_app.api.values import moment_of
from portal_app.kit.errors import InvalidInput

LARGEST: Final = 65_536
_MOST_PAIRS: Final = 50  # docs.stripe.com/api/metadata has the same limits
_LONGEST_KEY: Final = 40
_LONGEST_VALUE: Final = 500
_LONGEST_TEXT: Final = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a JSON body, for reading it and for the OpenAPI document.

    *kind* is `string`, `boolean`, `date-time`, `integer` (from *least* to *most*) or `map` (texts
    by text).
    With a *scope* the key needs it, where the field is sent, beside the operation's own.
    """

    name: str
    says: str
    kind: str = "string"
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    scope: str = ""


class Body:
    """A JSON object that was sent; a field that is null was not sent.

    Raises InvalidInput for a field that is not among *fields*: passing over it would do another
    thing than the one that was asked for.
    """

    def __init__(self, fields: Sequence[Field], sent: Mapping[str, Any]) -> None:
        given = {name: value for name, value in sent.items() if value is not None}
        known = {field.name for field in fields}
        if unknown := sorted(given.keys() - known):
            raise InvalidInput(
                f"{_listed(unknown)} can't be sent here; what can: {_listed(sorted(known))}.",
                code="unsupported_parameter",
            )
        for field in fields:
            if field.required and field.name not in given:
                raise InvalidInput(f"{field.name} is missing.", code="missing_parameter")
        self._given = {
            field.name: _checked(field, given[field.name])
            for field in fields
            if field.name in given
        }

    def has(self, field: Field) -> bool:
        """Whether it was sent, be it empty."""
        return field.name in self._given

    def number(self, field: Field) -> int | None:
        """None when it was not sent."""
        value: int | None = self._given.get(field.name)
        return value

    def text(self, field: Field) -> str | None:
        """None when it was not sent."""
        value: str | None = self._given.get(field.name)
        return value

    def moment(self, field: Field) -> datetime | None:
        """None when it was not sent."""
        value: datetime | None = self._given.get(field.name)
        return value

    def flag(self, field: Field) -> bool | None:
        """None when it was not sent."""
        value: bool | None = self._given.get(field.name)
        return value

    def pairs(self, field: Field) -> dict[str, str]:
        """Those that are not null; none when the field was not sent."""
        pairs: dict[str, str] = self._given.get(field.name, {})
        return pairs


def _listed(names: Sequence[str]) -> str:
    """As many names as one can read; they come from whoever sent the body."""
    return ", ".join(name[:_LONGEST_KEY] for name in names[:10])


def _checked(field: Field, value: Any) -> Any:  # noqa: ANN401 -- JSON
    if field.kind == "map":
        return _pairs(field, value)
    if field.kind == "boolean":
        if not isinstance(value, bool):
            raise _refused(field, "must be true or false")
        return value
    if field.kind == "integer":
        if type(value) is not int or not field.least <= value <= field.most:
            raise _refused(field, f"must be a whole number from {field.least} to {field.most}")
        return value
    if not _is_text(value, _LONGEST_TEXT):
        raise _refused(field, f"must be a text of at most {_LONGEST_TEXT} characters")
    if field.kind == "date-time":
        return _moment(field, value)
    if field.choices and value not in field.choices:
        raise _refused(field, f"must be one of: {', '.join(field.choices)}")
    return value


def _moment(field: Field, value: str) -> datetime:
    try:
        return moment_of(value)
    except ValueError:
        raise _refused(field, "must be an ISO 8601 time") from None


def _pairs(field: Field, value: Any) -> dict[str, str]:  # noqa: ANN401 -- JSON
    if not isinstance(value, dict) or len(value) > _MOST_PAIRS:
        raise _refused(field, f"must be an object of at most {_MOST_PAIRS} texts")
    pairs = {key: text for key, text in value.items() if text is not None}
    for key, text in pairs.items():
        if not (_is_text(key, _LONGEST_KEY) and key and _is_text(text, _LONGEST_VALUE)):
            raise _refused(
                field, f"takes texts of up to {_LONGEST_VALUE} under keys of up to {_LONGEST_KEY}"
            )
    return pairs


def _is_text(value: object, longest: int) -> bool:
    # PostgreSQL stores no NUL.
    return isinstance(value, str) and len(value) <= longest and "\0" not in value


def _refused(field: Field, why: str) -> InvalidInput:
    return InvalidInput(f"{field.name} {why}.", code="invalid_parameter")


async def read_bytes(request: Request) -> bytes:
    """Everything that was sent; InvalidInput above LARGEST."""
    sent = bytearray()
    async for chunk in request.stream():
        sent += chunk
        if len(sent) > LARGEST:
            raise InvalidInput(
                f"The body must not have more than {LARGEST} bytes.", code="body_too_large"
            )
    return bytes(sent)


def read_object(sent: bytes) -> dict[str, Any]:
    """*sent* as a JSON object, an empty one for nothing at all."""
    if not sent.strip():
        return {}
    try:
        value = orjson.loads(sent)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object.", code="invalid_body")
    return value
