"""The JSON Schema of policy files, made from the settings there are."""

from __future__ import annotations

from typing import Any, Final

from portal_app.catalog import company_file
from portal_app.catalog.policies import PRODUCTS
from portal_app.kit.contacts import EMAIL, LINK, LONGEST_EMAIL, LONGEST_LINK
from portal_app.studio.portal.form import MOST_DIGITS
from portal_app.studio.portal.settings import DISCOUNTS, REASONS, SETTINGS, THESE, Column, Setting

_NUMBER: Final = {"type": "integer", "minimum": 0, "maximum": 10**MOST_DIGITS - 1}
_NONE: Final = {"type": "null"}
_CONTACTS: Final = [
    {"type": "string", "maxLength": LONGEST_EMAIL, "pattern": EMAIL},
    {"type": "string", "maxLength": LONGEST_LINK, "pattern": LINK},
]


def schema() -> dict[str, Any]:
    """What is served at `policy_file.SCHEMA_PATH` and stands in `docs/portal.schema.json`."""
    policies = _policies()
    products = {"type": "object", "additionalProperties": policies}
    properties = {**policies["properties"], PRODUCTS: products}
    return company_file.schema_of(
        "Policies of a company's portal",
        "What a company's customers may do by themselves. What is left out is as it comes;"
        " `products` holds by product what differs there.",
        {**policies, "properties": properties},
    )


def schema_text() -> str:
    return company_file.schema_text(schema())


def _policies() -> dict[str, Any]:
    whole = _object({})
    for setting in SETTINGS.values():
        *above, name = setting.path
        below = whole
        for one in above:
            below = below["properties"].setdefault(one, _object({}))
        below["properties"][name] = _value(setting)
    return whole


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _value(setting: Setting) -> dict[str, Any]:
    match setting.kind:
        case "switch":
            return {"type": "boolean"}
        case "number":
            return {"anyOf": [_NUMBER, _NONE]} if setting.may_be_empty else _NUMBER
        case "contact":
            return {"anyOf": [*_CONTACTS, _NONE]}
        case "rows":
            return _rows(setting)
    plain: dict[str, Any] = {"enum": [one for one in setting.options if one != THESE]}
    return {"anyOf": [plain, {**_rows(setting), "minItems": 1}]} if setting.columns else plain


def _rows(setting: Setting) -> dict[str, Any]:
    fields = {column.name: _field(column) for column in setting.columns}
    if setting.name == DISCOUNTS:
        by_plan = fields.pop("plan")
        terms = _object(fields, required=[*fields])
        return {
            "type": "object",
            "propertyNames": by_plan,
            "additionalProperties": terms,
            "maxProperties": setting.most_rows,
        }
    if setting.name == REASONS:
        fields = {"id": {"type": "string"}, **fields}
        one = _object(fields, required=[*fields])
    else:
        (one,) = fields.values()
    return {"type": "array", "items": one, "maxItems": setting.most_rows}


def _field(column: Column) -> dict[str, Any]:
    match column.kind:
        case "choice":
            return {"enum": [*column.options]}
        case "number":
            bounds = {"minimum": column.within.start, "maximum": column.within.stop - 1}
            number = {"type": "integer", **bounds}
            return {"anyOf": [number, _NONE]} if column.may_be_empty else number
        case "text":
            return {"type": "string", "minLength": 1, "maxLength": column.longest}
    return {"type": "string", "minLength": 1}
