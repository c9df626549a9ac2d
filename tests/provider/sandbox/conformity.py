"""Checks JSON against the SDK's own annotations (research/stripe.md §6.1).

The annotations of the pinned SDK are Stripe's OpenAPI document in another form: a key that no
annotation knows, a key that is not Optional and missing, or a scalar of another type is a fault.
"""

import ast
import inspect
import sys
import typing
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, ClassVar, ForwardRef, Literal, Union

import stripe
from stripe._object_classes import get_object_class

_SCALARS: dict[type, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    Decimal: (str,),  # the wire carries decimals as text
}


def faults(body: Any) -> list[str]:
    """Every fault of a decoded response, as "path: what"; empty when it conforms."""
    if not isinstance(body, dict) or "object" not in body:
        return []
    return list(_check_object(body, _class_of(body), body["object"]))


def _class_of(body: dict[str, Any]) -> type:
    found: type = get_object_class("V1", body["object"])
    return found


def _check_object(
    body: dict[str, Any], cls: type, path: str, arguments: tuple[Any, ...] = ()
) -> typing.Iterator[str]:
    if body.get("deleted") is True:
        if set(body) != {"id", "object", "deleted"}:
            yield f"{path}: a deleted object has id, object and deleted only"
        return
    annotations = _annotations(cls)
    for key, value in body.items():
        if key == "object":
            continue
        if key not in annotations:
            yield f"{path}.{key}: unknown to {cls.__name__}"
        else:
            annotation, owner = annotations[key]
            yield from _check(value, annotation, f"{path}.{key}", owner, arguments)
    for key, (annotation, _owner) in annotations.items():
        if key not in body and not _optional(annotation):
            yield f"{path}.{key}: missing, and not Optional in {cls.__name__}"


def _check(
    value: Any, annotation: Any, path: str, owner: type, arguments: tuple[Any, ...] = ()
) -> typing.Iterator[str]:
    annotation = _resolve(annotation, owner)
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any or origin is Literal:
        return
    if isinstance(annotation, typing.TypeVar):
        for argument in arguments:
            yield from _check(value, argument, path, owner)
    elif origin in (Union, UnionType):
        yield from _check_union(value, parts, path, owner)
    elif annotation in _SCALARS:
        if not _is(value, annotation):
            yield f"{path}: expected {annotation.__name__}, got {value!r}"
    elif not isinstance(value, list if origin is list else dict):
        yield f"{path}: expected a list or an object, got {value!r}"
    elif origin is not None and origin is not stripe.ListObject:
        yield from _check_elements(value, parts[0], path, owner, arguments)
    else:
        resolved = tuple(_resolve(part, owner) for part in parts)
        yield from _check_object(value, origin or annotation, path, resolved)


def _check_elements(
    value: Any, element: Any, path: str, owner: type, arguments: tuple[Any, ...]
) -> typing.Iterator[str]:
    """A list, or a map whose keys Stripe does not name (metadata, currency options)."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _check(part, element, f"{path}.{key}", owner, arguments)
    else:
        for number, part in enumerate(value):
            yield from _check(part, element, f"{path}[{number}]", owner, arguments)


def _check_union(
    value: Any, parts: tuple[Any, ...], path: str, owner: type
) -> typing.Iterator[str]:
    if value is None:
        if NoneType not in parts:
            yield f"{path}: null, and not Optional"
        return
    # An id and its expanded object share a Union: only the half that the value can be is asked.
    fitting = [
        part
        for part in parts
        if part is not NoneType and not (isinstance(value, dict) and part in _SCALARS)
    ]
    attempts = [list(_check(value, part, path, owner)) for part in fitting]
    if not attempts:
        yield f"{path}: {value!r} fits no part of the Union"
    elif all(attempts):
        yield from min(attempts, key=len)


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool) and kind is not bool:
        return False
    return isinstance(value, _SCALARS[kind])


def _optional(annotation: Any) -> bool:
    return NoneType in typing.get_args(annotation)


@cache
def _annotations(cls: type) -> dict[str, tuple[Any, type]]:
    found: dict[str, tuple[Any, type]] = {}
    for base in reversed(cls.__mro__):
        for name, annotation in vars(base).get("__annotations__", {}).items():
            private = name.startswith("_") or typing.get_origin(annotation) is ClassVar
            if not private and issubclass(base, stripe.StripeObject):
                found[name] = (annotation, base)
    return found


def _resolve(annotation: Any, owner: type) -> Any:
    """A forward reference becomes the class that the module imports under TYPE_CHECKING."""
    if not isinstance(annotation, str | ForwardRef):
        return annotation
    return _named(annotation, owner)


@cache
def _named(annotation: str | ForwardRef, owner: type) -> Any:
    name = annotation if isinstance(annotation, str) else annotation.__forward_arg__
    module = sys.modules[owner.__module__]
    if hasattr(module, name):
        return getattr(module, name)
    if name not in _imports(owner.__module__):
        return eval(name, {**vars(typing), **_classes(owner.__module__)})  # noqa: S307 - the SDK's
    source, original = _imports(owner.__module__)[name]
    return getattr(import_module(source), original)


def _classes(module: str) -> dict[str, Any]:
    return {
        name: getattr(import_module(source), original)
        for name, (source, original) in _imports(module).items()
        if ".params" not in source
    } | vars(sys.modules[module])


@cache
def _imports(module: str) -> dict[str, tuple[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
