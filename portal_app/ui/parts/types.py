"""What a part accepts: plain values at build time or Vars at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import reflex as rx

Text: TypeAlias = str | rx.Var[Any]
Texts: TypeAlias = Sequence[str] | rx.Var[Any]
Flag: TypeAlias = bool | rx.Var[Any]
Count: TypeAlias = int | rx.Var[Any]
# Views in a list: frozen dataclasses at build time, objects of the state at run time.
Rows: TypeAlias = Sequence[Any] | rx.Var[Any]
Child: TypeAlias = rx.Component | rx.Var[Any] | str
Variant: TypeAlias = Literal["primary", "surface", "ghost", "danger"]
Tone: TypeAlias = Literal["ok", "info", "warn", "danger", "muted"] | rx.Var[Any]
Events: TypeAlias = Any
Props: TypeAlias = Any


def classes(*names: str, given: object = None) -> str:
    """Join class names; `given` is the caller's own `class_name`, appended when there is one."""
    return " ".join(name for name in (*names, given) if isinstance(name, str) and name)
