"""Faults in `transfers/rules.py` that its unit tests do not notice: at most one in five.

With PORTAL_SOAK all are tried; else one in twenty, so that the harness itself stays alive.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys

import pytest

from tests.unit.transfers.mutants import mutants_of, survives

RULES = "portal_app.transfers.rules"
TESTS = ("tests.unit.transfers.test_rules", "tests.unit.transfers.test_terms")
EVERY = 1 if os.environ.get("PORTAL_SOAK") else 20
AT_MOST = 0.2


def test_faults_are_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    source = inspect.getsource(importlib.import_module(RULES))
    tried = list(mutants_of(source))[::EVERY]
    alive = [f"line {one.line}: {one.what}" for one in tried if survives(RULES, one, TESTS)]
    with capsys.disabled():
        sys.stdout.write(f"\n{len(tried)} mutants, {len(alive)} survived\n" + "\n".join(alive))
    assert len(tried) > 5
    assert len(alive) <= AT_MOST * len(tried)
