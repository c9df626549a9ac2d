"""`python -m bench` runs what it is told to."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from bench.__main__ import BENCHMARKS, chosen


def test_those_that_are_named_or_all() -> None:
    assert chosen([]) == BENCHMARKS
    assert chosen(["pages", "idle"]) == ("pages", "idle")
    assert all(find_spec(f"bench.{name}") for name in BENCHMARKS)


def test_none_runs_where_one_is_unknown() -> None:
    with pytest.raises(SystemExit, match=r"No such benchmark: idel\. There are: api_read, "):
        chosen(["idle", "idel"])
