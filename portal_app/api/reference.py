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
    answer = _schema(next(iter(operation["responses"].values())))
    listed = answer.get("properties", {}).get("data", {}).get("items")
    name = _kind(listed or answer)
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=(
            *(_parameter(one) for one in operation.get("parameters", ())),
            *_body(operation),
        ),
        returns=f"list of {name}" if listed else name,
        fields=tuple(_fields(listed or answer, document["components"]["schemas"])),
    )


def _schema(content: Json) -> Json:
    schema: Json = content["content"]["application/json"]["schema"]
    return schema


def _name(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _parameter(parameter: Json) -> tuple[str, str, str]:
    schema = parameter["schema"]
    kind = f"{parameter['in']}, {_kind(schema)}"
    choices = (schema.get("items") or schema).get("enum", ())
    explained = parameter.get("description", "")
    values = f"One of: {', '.join(choices)}." if choices else ""
    return parameter["name"], kind, f"{explained} {values}".strip()


def _body(operation: Json) -> Iterator[tuple[str, str, str]]:
    schema = _schema(operation["requestBody"]) if "requestBody" in operation else {}
    for name, value in schema.get("properties", {}).items():
        kind = "body, required" if name in schema["required"] else f"body, {_kind(value)}"
        yield name, kind, value["description"]


def _fields(schema: Json, known: Json) -> Iterator[tuple[str, str]]:
    """Of one shape, or of each that it may be, every name once."""
    one_of = schema.get("oneOf", [schema])
    kinds: dict[str, list[str]] = {}
    for one in one_of:
        for name, value in known.get(_name(one), {}).get("properties", {}).items():
            kinds.setdefault(name, []).append(_kind(value))
    for name, several in kinds.items():
        yield name, " or ".join(dict.fromkeys(several))


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return _name(schema)
    if "oneOf" in schema and "title" in schema:
        return str(schema["title"])
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_kind(one) for one in several)
    if "const" in schema:
        return f"“{schema['const']}”"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
