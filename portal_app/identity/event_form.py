"""Whether what came over the socket has the form of an event: a known handler, arguments that fit.

Reflex passes arguments of a wrong type on with a warning that quotes them, and logs a traceback for
names that it does not know (research/quality.md §1.1): neither may be had for the asking.
"""

from __future__ import annotations

import inspect
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic import create_model as make_model
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegisteredEventHandler, RegistrationContext
from typing_extensions import TypedDict

from portal_app.identity.policy import policy_of

_SCALARS = (str, int, float, bool, NoneType)
# A path of ours: another form would raise where Reflex takes addresses apart.
_Path = Annotated[str, StringConstraints(pattern=r"^/([^/\\]|$)", max_length=4000)]


class _Place(TypedDict):
    pathname: NotRequired[_Path]
    asPath: NotRequired[_Path]
    query: NotRequired[dict[str, str | list[str]]]


class _Sent(TypedDict):
    name: str
    payload: NotRequired[dict[str, Any] | None]
    router_data: NotRequired[_Place]


_SENT = TypeAdapter(_Sent)


def is_event(given: object) -> bool:
    """Whether *given*, parsed JSON from a socket, may go on to the event queue."""
    try:
        sent = _SENT.validate_python(given)
        registered = RegistrationContext.get().event_handlers.get(sent["name"])
        if registered is None or policy_of(registered) is None:
            return False
        payload = sent.get("payload") or {}
        _arguments(registered).model_validate(payload)
    except ValidationError:
        return False
    own_of_reflex = registered.states[0].__module__ == "reflex.state"
    return not own_of_reflex or _is_stored_by_browsers(payload.get("vars") or {})


def _is_stored_by_browsers(given: dict[str, Any]) -> bool:
    """Whether *given* sets only what we asked the browser to keep, and to text, as browsers do."""
    for full_name, value in given.items():
        state_name, _, name = full_name.rpartition(".")
        owner = RegistrationContext.get().base_states.get(state_name)
        if owner is None or not isinstance(value, str):
            return False
        if not owner._is_client_storage(name.removesuffix(FIELD_MARKER)):  # noqa: SLF001
            return False
    return True


@lru_cache(maxsize=1024)
def _arguments(registered: RegisteredEventHandler) -> type[BaseModel]:
    """A model of the handler's arguments, which knows no others."""
    hints = registered.handler._get_type_hints()  # noqa: SLF001 -- the resolved annotations
    parameters = list(inspect.signature(registered.handler.fn).parameters.values())[1:]
    fields: dict[str, Any] = {}
    for place, one in enumerate(parameters):
        default = ... if one.default is inspect.Parameter.empty else one.default
        # By alias, since pydantic keeps some names for itself.
        shape = _shape(hints.get(one.name, Any))
        fields[f"argument_{place}"] = (shape, Field(default, alias=one.name))
    return make_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields)


def _shape(hint: Any) -> Any:  # noqa: ANN401 -- an annotation is any object
    """What of an annotation is checked here; Reflex converts forms, the handler does the rest."""
    if hint in _SCALARS or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    origin = get_origin(hint) or hint
    if origin in {Union, UnionType}:
        return Union[tuple(_shape(one) for one in get_args(hint))]  # noqa: UP007 -- made at run time
    if origin in {dict, list}:
        return dict[str, Any] if origin is dict else list[Any]
    return Any
