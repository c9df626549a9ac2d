"""The OpenAPI document cut into what the reference page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation; rows are name, kind and explanation."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str, str], ...]
    returns: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations on one kind of thing."""

    title: str
    entries: tuple[Entry, ...]


def sections(document: Json) -> tuple[Section, ...]:
    """Everything in *document*, by tag, in its order."""
    by_tag: dict[str, list[Entry]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            by_tag.setdefault(tag, []).append(_entry(path, method, operation, document))
    return tuple(Section(tag.capitalize(), tuple(entries)) for tag, entries in by_tag.items())


def _entry(path: str, method: str, operation: Json, document: Json) -> Entry:
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    listed = answer.get("properties", {}).get("data", {}).get("items")
    name = _name(listed or answer)
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=tuple(_parameter(one) for one in operation.get("parameters", ())),
        returns=f"list of {name}" if listed else name,
        fields=tuple(_fields(document["components"]["schemas"].get(name, {}))),
    )


def _name(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _parameter(parameter: Json) -> tuple[str, str, str]:
    schema = parameter["schema"]
    kind = f"{parameter['in']}, {_kind(schema)}"
    choices = (schema.get("items") or schema).get("enum", ())
    explained = parameter.get("description", "")
    values = f"One of: {', '.join(choices)}." if choices else ""
    return parameter["name"], kind, f"{explained} {values}".strip()


def _fields(schema: Json) -> Iterator[tuple[str, str]]:
    for name, value in schema.get("properties", {}).items():
        yield name, _kind(value)


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
