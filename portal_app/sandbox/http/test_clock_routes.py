"""Test clocks, as far as a suite needs them that also runs against Stripe."""

from collections.abc import Iterable

from portal_app.sandbox.engine import test_clocks
from portal_app.sandbox.http import queries
from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.routing import Route, without_params

_PATH = "/v1/test_helpers/test_clocks"
_TIME = {"frozen_time": "int"}


def every() -> Iterable[Route]:
    create, sdk = test_clocks.create, "TestClock"
    yield Route("GET", _PATH, queries.test_clocks, CURSORS, f"{sdk}ListParams")
    yield Route("POST", _PATH, create, {**_TIME, "name": "str"}, f"{sdk}CreateParams")
    yield Route("GET", _PATH + "/{id}", test_clocks.retrieve)
    yield Route("POST", _PATH + "/{id}/advance", test_clocks.advance, _TIME, f"{sdk}AdvanceParams")
    yield Route("DELETE", _PATH + "/{id}", without_params(test_clocks.delete))
