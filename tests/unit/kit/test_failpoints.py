"""Failpoints: declared and set at the same places, armed by name, never in production."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.kit import failpoints
from portal_app.kit.failpoints import FAILPOINTS, arm, failpoint
from portal_app.settings import Settings

SOURCE = Path(failpoints.__file__).parents[1]


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm("")


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *given: calls.append(given))
    return calls


def test_each_declared_one_is_set_in_the_product_and_no_other() -> None:
    texts = (path.read_text() for path in SOURCE.rglob("*.py"))
    assert {name for text in texts for name in re.findall(r'failpoint\("(.+?)"\)', text)} == (
        FAILPOINTS
    )


def test_only_the_armed_one_kills_and_only_when_it_is_reached_so_often(
    killed: list[tuple[int, int]],
) -> None:
    arm("outbox.sent:2")
    failpoint("outbox.sent")
    failpoint("inbox.stored")
    assert killed == []
    failpoint("outbox.sent")
    assert killed == [(os.getpid(), signal.SIGKILL)]
    arm("")
    failpoint("outbox.sent")
    assert len(killed) == 1


@pytest.mark.parametrize("name", ["outbox.snet", "outbox.sent:x", ":1"])
def test_a_typing_error_arms_nothing_silently(name: str) -> None:
    with pytest.raises(ValueError, match="There is no failpoint"):
        arm(name)


def test_production_refuses_to_have_one_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ENV", "production")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_x")
    Settings()
    monkeypatch.setenv("PORTAL_FAILPOINT", "outbox.sent")
    with pytest.raises(ValueError, match="PORTAL_FAILPOINT kills"):
        Settings()
