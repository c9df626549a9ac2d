"""A theme as one JSON file, to be kept in git: written, read and checked here.

Pictures stay where they are: their ids mean something in one database only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from portal_app.branding.brand import Brand
from portal_app.branding.contrast_gate import Unreadable, unreadable
from portal_app.branding.own_css import own_css
from portal_app.kit.errors import InvalidInput

SCHEMA_PATH: Final = "/brand/theme.schema.json"
LARGEST_FILE: Final = 16_384
_PICTURES: Final = frozenset({"logo", "logo_dark"})
_SCHEMA: Final = "$schema"


class NoTheme(InvalidInput):
    """What is wrong with a file, one sentence for each field."""


def written(brand: Brand, origin: str = "") -> str:
    """The file; fields that say nothing are left out."""
    body = brand.model_dump(mode="json", exclude_none=True, exclude=set(_PICTURES))
    return json.dumps({_SCHEMA: origin + SCHEMA_PATH, **body}, indent=2, ensure_ascii=False) + "\n"


def read(text: str | bytes) -> Brand:
    """Raises NoTheme for what is no theme; whether it can be read is `unreadable`'s to say."""
    if len(text) > LARGEST_FILE:
        raise NoTheme("A theme file has at most 16 kB.")
    try:
        body = json.loads(text)
    except ValueError as broken:
        raise NoTheme("This is no JSON file.") from broken
    if not isinstance(body, dict):
        raise NoTheme("A theme is an object.")
    if pictures := sorted(_PICTURES & body.keys()):
        raise NoTheme(f"{pictures[0]}: pictures are uploaded in the studio.")
    return parsed({name: value for name, value in body.items() if name != _SCHEMA})


def parsed(body: Mapping[str, Any]) -> Brand:
    """Raises NoTheme."""
    try:
        return Brand.model_validate(dict(body))
    except ValidationError as wrong:
        found = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors()]
        raise NoTheme("; ".join(found) + ".") from wrong


def explained(found: Unreadable) -> str:
    """Why a colour can't be published, for the command line."""
    pair = found.pair
    theme = "dark" if pair.dark else "light"
    return (
        f"{found.field}: {pair.ink} on {pair.ground} ({theme}) is {pair.ratio:.2f}:1,"
        f" needs {pair.needed}:1; nearest that passes: {found.proposal.hex}"
    )


def check(brand: Brand) -> None:
    """Raises NoTheme for colours that can't be read."""
    if found := unreadable(brand):
        raise NoTheme("\n".join(explained(one) for one in found))


def check_css(brand: Brand) -> None:
    """Raises NoTheme for a stylesheet of which something would be left out."""
    if found := own_css(brand.css or "").refused:
        raise NoTheme("\n".join(f"css, line {one.line}: {one.what}: {one.reason}" for one in found))


def schema() -> dict[str, Any]:
    """The JSON Schema that is served at SCHEMA_PATH and stands in `docs/theme.schema.json`."""
    made = Brand.model_json_schema()
    properties = {name: one for name, one in made["properties"].items() if name not in _PICTURES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "Theme of a company",
        "description": "A company's look in the billing portal, as `portal theme` reads it.",
        "properties": {_SCHEMA: {"type": "string"}, **properties},
    }


def schema_text() -> str:
    return json.dumps(schema(), indent=2) + "\n"
