"""What a company decides, its look or its policies, as one JSON file to be kept in git."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal_app.kit.errors import InvalidInput

_SCHEMA: Final = "$schema"
MOST_TOLD: Final = 10
# Twice as deep as anything that a file of ours says.
_DEEPEST: Final = 16


@dataclass(frozen=True, slots=True)
class Fault:
    """Where in a file, and what is wrong there, in English."""

    at: str
    sentence: str


class FileRefused(InvalidInput):
    """A file that can't be used; *faults* are what is wrong where, as far as that can be said."""

    def __init__(self, sentence: str = "", faults: Sequence[Fault] = ()) -> None:
        told = "\n".join(f"{one.at}: {one.sentence}" for one in faults[:MOST_TOLD])
        super().__init__(sentence or told)
        self.faults = tuple(faults[:MOST_TOLD])


def written(body: Mapping[str, Any], schema: str) -> str:
    """The file, which names the address of its *schema*."""
    return json.dumps({_SCHEMA: schema, **body}, indent=2, ensure_ascii=False) + "\n"


def object_of(text: str | bytes, *, most: int) -> dict[str, Any]:
    """What a file of at most so many bytes says, but for the schema that it names."""
    if len(text) > most:
        raise FileRefused("That file is too large.")
    try:
        body = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as broken:
        raise FileRefused("This is no JSON file.") from broken
    _check(body)
    if not isinstance(body, dict):
        raise FileRefused("A file of ours holds one object.")
    return {name: value for name, value in body.items() if name != _SCHEMA}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the file; of a name that stands there twice, one would be lost unsaid."""
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise FileRefused(faults=[Fault(_shown(twice)[:80], "This name stands there twice.")])
    return found


def _check(body: object) -> None:
    """Raises FileRefused for what no reader of ours has to bear: depth, and halves of signs."""
    level = [body]
    for _ in range(_DEEPEST):
        texts = [one for one in level if isinstance(one, str)]
        if any(_shown(one) != one for one in texts):
            raise FileRefused("This is no JSON file.")
        level = [inner for one in level for inner in _within(one)]
        if not level:
            return
    raise FileRefused("That file is nested too deeply.")


def _within(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return [*value] if isinstance(value, list) else []


def _shown(text: str) -> str:
    """As it can be stored and sent: JSON can escape half a sign, which UTF-8 can't write."""
    return text.encode(errors="replace").decode()


def schema_of(title: str, description: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema of files whose object is as *body* says."""
    properties = {_SCHEMA: {"type": "string"}, **body["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **body,
        "title": title,
        "description": description,
        "properties": properties,
    }


def schema_text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2) + "\n"
