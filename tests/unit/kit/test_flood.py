"""A complaint that strangers can provoke costs a few lines a minute, and is still counted."""

from __future__ import annotations

import io
import json
import logging

import pytest

from portal_app.kit.flood import LINES_A_MINUTE, FloodFilter
from portal_app.kit.logging import JsonFormatter


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def output(now: list[float]) -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(now: list[float], output: io.StringIO) -> logging.Logger:
    logger = logging.getLogger("flooded")
    logger.handlers.clear()
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler(output)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(FloodFilter(lambda: now[0]))
    logger.addHandler(handler)
    return logger


def lines(output: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_the_same_place_writes_ten_lines_a_minute_and_counts_the_rest(
    logger: logging.Logger, output: io.StringIO, now: list[float]
) -> None:
    for second in (0, 59, 60):
        now[0] = second
        for number in range(1000):
            logger.warning("bogus event %s", number)
    written = lines(output)
    assert len(written) == 2 * LINES_A_MINUTE
    assert [line["dropped"] for line in written if "dropped" in line] == [1990]


def test_another_place_and_lesser_lines_are_not_held_back(
    logger: logging.Logger, output: io.StringIO
) -> None:
    for _ in range(50):
        logger.warning("flood")
        logger.info("signed in")
    logger.error("elsewhere")
    levels = [line["level"] for line in lines(output)]
    assert levels.count("warning") == LINES_A_MINUTE
    assert levels.count("info") == 50
    assert levels.count("error") == 1


def test_a_traceback_is_held_back_too(logger: logging.Logger, output: io.StringIO) -> None:
    for _ in range(50):
        logger.error("failed", exc_info=ValueError("x"))
    written = lines(output)
    assert len(written) == LINES_A_MINUTE
    assert "ValueError" in str(written[0]["error"])
