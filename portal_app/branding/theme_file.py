"""A theme as one JSON file, to be kept in git: written, read and checked here.

Pictures stay where they are: their ids mean something in one database only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from portal_app.branding.brand import Brand
from portal_app.branding.contrast_gate import Unreadable, unreadable
from portal_app.branding.own_css import own_css
from portal_app.catalog import company_file
from portal_app.catalog.company_file import MOST_TOLD, FileRefused

SCHEMA_PATH: Final = "/brand/theme.schema.json"
LARGEST_FILE: Final = 16_384
_PICTURES: Final = frozenset({"logo", "logo_dark"})


class NoTheme(FileRefused):
    """What is wrong with a look, one sentence for each field."""


def written(brand: Brand, origin: str = "") -> str:
    """The file; fields that say nothing are left out."""
    body = brand.model_dump(mode="json", exclude_none=True, exclude=set(_PICTURES))
    return company_file.written(body, origin + SCHEMA_PATH)


def read(text: str | bytes) -> Brand:
    """Raises FileRefused for what is no theme; whether it can be read is `unreadable`'s to say."""
    body = company_file.object_of(text, most=LARGEST_FILE)
    if pictures := sorted(_PICTURES & body.keys()):
        raise NoTheme(f"{pictures[0]}: pictures are uploaded in the studio.")
    return parsed(body)


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
        told = [f"css, line {one.line}: {one.what}: {one.reason}" for one in found[:MOST_TOLD]]
        further = len(found) - len(told)
        raise NoTheme("\n".join([*told, f"css: {further} more."] if further else told))


def schema() -> dict[str, Any]:
    """The JSON Schema that is served at SCHEMA_PATH and stands in `docs/theme.schema.json`."""
    made = Brand.model_json_schema()
    properties = {name: one for name, one in made["properties"].items() if name not in _PICTURES}
    return company_file.schema_of(
        "Theme of a company",
        "A company's look in the billing portal, as `portal theme` reads it.",
        {**made, "properties": properties},
    )


def schema_text() -> str:
    return company_file.schema_text(schema())
