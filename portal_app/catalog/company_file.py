"""What a company decides, its look or its policies, as one JSON file to be kept in git."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal_app.kit.errors import InvalidInput

_SCHEMA: Final = "$schema"
MOST_TOLD: Final = 10


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
        body = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise FileRefused("This is no JSON file.") from broken
    if not isinstance(body, dict):
        raise FileRefused("A file of ours holds one object.")
    return {name: value for name, value in body.items() if name != _SCHEMA}


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
