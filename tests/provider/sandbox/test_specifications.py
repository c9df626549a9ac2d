"""What the sandbox accepts has the shape that the SDK's own types give it, at every depth.

Without this, adapter and sandbox could agree on a parameter that Stripe takes in another form.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from portal_app.sandbox.http import parameters
from portal_app.sandbox.http.routes import ROUTES, Route

# Stripe.js sends these with a publishable key, so no SDK of a server knows them.
BROWSERS_OWN = {
    "client_secret",
    "mandate_data[customer_acceptance][online][infer_from_client]",
    "payment_method_data[card]",
    "payment_method_data[type]",
}

LITERAL = r"Literal\[[^]]*]"


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.sdk], ids=lambda r: f"{r.method} {r.path}"
)
def test_it_follows_the_sdk(route: Route) -> None:
    found = dict(differences(route.sdk, route.accepts, ""))
    browsers = route.public or "_intents" in route.path or "confirmation_tokens" in route.path
    allowed = BROWSERS_OWN if browsers else set()
    assert {name: what for name, what in found.items() if name not in allowed} == {}


def differences(owner: str, spec: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    annotations = getattr(parameters._typed(owner), "__annotations__", {})
    for name, wanted in spec.items():
        where = f"{path}[{name}]" if path else name
        if name not in annotations:
            yield where, "unknown to the SDK"
            continue
        shape = str(annotations[name])
        if not fits(wanted, shape):
            yield where, f"{wanted} is not {shape}"
            continue
        inner = wanted[0] if isinstance(wanted, list) else wanted
        if isinstance(inner, dict):
            yield from differences(parameters.owner_of(owner, [name]), inner, where)


def fits(wanted: Any, shape: str) -> bool:
    """Whether a specification is one of the forms that an annotation allows."""
    bare = re.sub(LITERAL, "", shape)
    words = {word for some in re.findall(LITERAL, shape) for word in re.findall("'([^']+)'", some)}
    listed, nested = "List[" in bare, bool(re.search(r"Params[A-Z]", bare))
    if isinstance(wanted, list):
        return listed and (nested or not isinstance(wanted[0], dict))
    if isinstance(wanted, dict):
        return nested and not listed
    if wanted == "map":
        return "Dict[" in bare
    if wanted == "range":
        return nested and "int" in bare
    if isinstance(wanted, tuple) and words:
        return not nested and set(wanted) <= words
    return not listed and bool(re.search(r"\b(str|int|bool|float|Decimal)\b", bare))


@pytest.mark.parametrize(
    ("wanted", "shape", "expected"),
    [
        ("str", "NotRequired[str]", True),
        ("str", "List[str]", False),
        ("map", "Dict[str, str]", True),
        ("map", "str", False),
        (("now", "unchanged"), "Literal['now', 'unchanged']|int", True),
        (("now",), "NotRequired[ForwardRef('UpdateParamsAnchor')]", False),
        (("now", "never"), "Literal['now']|str", False),
        ({"type": "str"}, "ForwardRef('UpdateParamsAnchor')", True),
        ({"type": "str"}, "List[ForwardRef('UpdateParamsItem')]", False),
        ([{"type": "str"}], "List[ForwardRef('UpdateParamsItem')]", True),
        (["str"], "List[str]", True),
        (["str"], "str", False),
    ],
)
def test_the_comparison_sees_what_it_is_there_to_see(
    wanted: Any, shape: str, expected: bool
) -> None:
    assert fits(wanted, shape) is expected
