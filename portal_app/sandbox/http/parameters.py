"""Reads Stripe's form encoding (`items[0][price]=price_1`) against what a route accepts.

A specification is a mapping of names to: "str", "int", "float", "bool", "time" (Unix seconds or
"now"), "map" (metadata), "range" (a time, or gt/gte/lt/lte), a tuple of allowed words, a nested
mapping, or a list with one specification.
A trailing "?" lets an empty string unset the value, which reads as None.
"""

from collections.abc import Iterable
from typing import Any, get_args
from urllib.parse import parse_qsl

import stripe.params
import stripe.params.checkout
import stripe.params.test_helpers

from portal_app.sandbox.engine.errors import ApiError, invalid, not_implemented, required

Spec = str | tuple[str, ...] | dict[str, Any] | list[Any]
Params = dict[str, Any]


def decode(text: str) -> Params:
    """`a[b][0]=c` → `{"a": {"b": {"0": "c"}}}`; `a[]=c` counts up."""
    tree: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _, rest = name.partition("[")
        keys = [head, *rest.rstrip("]").split("][")] if rest else [head]
        node: Params = tree
        for key in keys[:-1]:
            child = node.setdefault(key, {})
            if not isinstance(child, dict):
                raise invalid("Invalid request: conflicting parameters.", param=head)
            node = child
        node[keys[-1] or str(len(node))] = value
    return tree


def read(raw: Params, spec: dict[str, Any], *, sdk: str, route: str) -> Params:
    """Typed values.

    Raises `parameter_unknown` and `parameter_missing`, or 501 for what Stripe knows and we do not.
    """
    try:
        values = _mapping(raw, spec, "")
    except ApiError as error:
        name = str(error.body.get("param", ""))
        if error.body.get("code") == "parameter_unknown" and _known_to_stripe(sdk, name):
            raise not_implemented(f"the parameter {name} of {route}") from None
        raise
    _require(values, spec, sdk, "")
    return values


def _require(values: Params, spec: dict[str, Any], owner: str, path: str) -> None:
    """What the SDK's types can't do without, at every depth. Raises `parameter_missing`."""
    for name in sorted(required_names(owner) - values.keys()):
        raise required(f"{path}[{name}]" if path else name)
    for name, value in values.items():
        inner, where = spec[name], f"{path}[{name}]" if path else name
        if isinstance(inner, dict) and value is not None:
            _require(value, inner, owner_of(owner, [name]), where)
        elif isinstance(inner, list) and isinstance(inner[0], dict):
            for number, one in enumerate(value):
                _require(one, inner[0], owner_of(owner, [name]), f"{where}[{number}]")


def _known_to_stripe(sdk: str, name: str) -> bool:
    """Whether the SDK's parameters (`PriceCreateParams`, `PriceCreateParamsRecurring`) have it."""
    *groups, last = [part for part in name.replace("]", "").split("[") if not part.isdigit()]
    return last in _parameters(owner_of(sdk, groups))


def owner_of(sdk: str, groups: Iterable[str]) -> str:
    """The SDK's class for the parameters within *groups* of a route's."""
    owner = sdk
    for group in groups:
        word = "".join(part.capitalize() for part in group.split("_"))
        # The class of a list's elements is in the singular: `SubscriptionCreateParamsItem`.
        owner += word if _parameters(owner + word) else word.removesuffix("s")
    return owner


def required_names(owner: str) -> frozenset[str]:
    """What a class of the SDK's parameters can't do without; nothing for no class."""
    return getattr(_typed(owner), "__required_keys__", frozenset())


def _parameters(owner: str) -> set[str]:
    return set(getattr(_typed(owner), "__annotations__", ()))


def _typed(owner: str) -> object:
    for module in (stripe.params, stripe.params.checkout, stripe.params.test_helpers):
        if found := getattr(module, owner, None):
            return found
    return None


def words_of(sdk: str, name: str) -> tuple[str, ...]:
    """The words that the SDK lets a parameter (or each element of a list) have."""
    annotation = getattr(stripe.params, sdk).__annotations__[name]
    while not all(isinstance(word, str) for word in get_args(annotation)):
        annotation = get_args(annotation)[0]
    return get_args(annotation)


def _mapping(raw: object, spec: dict[str, Any], path: str) -> Params:
    if not isinstance(raw, dict):
        raise invalid("Invalid object", param=path)
    values: Params = {}
    for key, value in raw.items():
        name = f"{path}[{key}]" if path else key
        if key not in spec:
            raise invalid(
                f"Received unknown parameter: {name}", param=name, code="parameter_unknown"
            )
        values[key] = _value(value, spec[key], name)
    return values


def _value(raw: object, spec: Spec, path: str) -> object:
    if not isinstance(spec, str):
        return _structured(raw, spec, path)
    if spec == "map":
        return _metadata(raw, path)
    if spec == "range" and isinstance(raw, dict):
        return _mapping(raw, dict.fromkeys(("gt", "gte", "lt", "lte"), "int"), path)
    if isinstance(raw, dict):
        raise invalid(f"Invalid string: {path}", param=path)
    if raw == "":
        if spec.endswith("?"):
            return None
        raise invalid(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset.",
            param=path,
            code="parameter_invalid_empty",
        )
    return _scalar(str(raw), spec.rstrip("?"), path)


def _structured(
    raw: object, spec: tuple[str, ...] | dict[str, Any] | list[Any], path: str
) -> object:
    if isinstance(spec, dict):
        return None if raw == "" else _mapping(raw, spec, path)
    if isinstance(spec, list):
        return _items(raw, spec[0], path)
    return _word(raw, spec, path)


def _scalar(raw: str, kind: str, path: str) -> object:
    if kind == "str" or (kind == "time" and raw == "now"):
        return raw
    if kind == "bool":
        if raw not in ("true", "false"):
            raise invalid(f"Invalid boolean: {raw}", param=path)
        return raw == "true"
    if kind == "float":
        return _number(raw, path)
    try:
        return int(raw)
    except ValueError:
        raise invalid(
            f"Invalid integer: {raw}", param=path, code="parameter_invalid_integer"
        ) from None


def _number(raw: str, path: str) -> float:
    try:
        return float(raw)
    except ValueError:
        raise invalid(f"Invalid decimal: {raw}", param=path) from None


def _items(raw: object, spec: Spec, path: str) -> list[object]:
    if raw == "":
        return []
    if not isinstance(raw, dict) or not all(key.isdigit() for key in raw):
        raise invalid("Invalid array", param=path)
    ordered = sorted(raw.items(), key=lambda pair: int(pair[0]))
    return [_value(value, spec, f"{path}[{key}]") for key, value in ordered]


def _word(raw: object, allowed: tuple[str, ...], path: str) -> str:
    if raw not in allowed:
        raise invalid(f"Invalid {path}: must be one of {', '.join(allowed)}", param=path)
    return str(raw)


def _metadata(raw: object, path: str) -> dict[str, str] | None:
    if raw == "":
        return None
    if not isinstance(raw, dict) or any(isinstance(value, dict) for value in raw.values()):
        raise invalid("Invalid hash: metadata is a flat map of text.", param=path)
    for key, value in raw.items():
        if len(key) > 40 or len(value) > 500:  # noqa: PLR2004 - docs.stripe.com/api/metadata
            raise invalid(
                "Metadata keys have up to 40 and values up to 500 characters.", param=path
            )
    return raw
