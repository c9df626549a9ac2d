"""What a handler may come to call, read from its code: too much rather than too little."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

PORTAL = "portal_app"


def reached_from(handler: Any) -> set[FunctionType]:
    """Functions of the portal that an event handler names, and those that these name, and so on."""
    owner, start = handler.states[0], _functions_in(handler.handler.fn)
    homes = {one.__module__ for one in owner.__mro__ if one.__module__.startswith(PORTAL)}
    reached, waiting = set[FunctionType](), [*start]
    while waiting:
        function = inspect.unwrap(waiting.pop())
        if not isinstance(function, FunctionType) or function in reached:
            continue
        reached.add(function)
        waiting += _named_by(function)
        if function.__module__ in homes:
            own = (inspect.getattr_static(owner, one, None) for one in _names_in(function.__code__))
            waiting += (found for one in own for found in _functions_in(one))
    return reached


@cache
def _named_by(function: FunctionType) -> tuple[FunctionType, ...]:
    """By its own name, or as an attribute of any module of ours that its own has imported."""
    known = function.__globals__
    spaces = [known, *(vars(one) for one in known.values() if _is_ours(one))]
    names = set(_names_in(function.__code__))
    return tuple(
        found for space in spaces for name in names for found in _functions_in(space.get(name))
    )


def _is_ours(value: Any) -> bool:
    return isinstance(value, ModuleType) and value.__name__.startswith(PORTAL)


def _functions_in(value: Any) -> Iterator[FunctionType]:
    """A function, those of a table of them, and the methods of a class of ours."""
    if isinstance(value, FunctionType):
        yield from (value,) if value.__module__.startswith(PORTAL) else ()
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _functions_in(one) if isinstance(one, FunctionType) else ()
    elif isinstance(value, type) and value.__module__.startswith(PORTAL):
        yield from (one for one in vars(value).values() if isinstance(one, FunctionType))


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _names_in(one)
