"""What `peer.py` asks of its figures, and how it tells them: ratios first."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

DATABASES = ("sqlite", "postgresql")
COMPARED = tuple(f"{what}_{database}" for what in ("accept", "apply") for database in DATABASES)
# Figures that have to be as high as this, and figures that have to be as low.
AT_LEAST = {
    "accept_sqlite_ratio": 3,
    "accept_postgresql_ratio": 3,
    "apply_sqlite_ratio": 5,
    "apply_postgresql_ratio": 5,
    "slow_stripe_intake_ratio": 0.9,
    "accept_sqlite_per_second": 1000,
    "accept_postgresql_per_second": 500,
}
AT_MOST = {"ack_p99_ms": 100, "ack_p99_ms_slow_stripe": 100, "drain_seconds": 90}


def spread(values: Sequence[float]) -> dict[str, float]:
    found = {"median": median(values), "least": min(values), "most": max(values)}
    return {name: round(value, 2) for name, value in found.items()}


def verdicts(figures: dict[str, Any]) -> dict[str, bool]:
    """Each bar, and whether it is reached."""
    reached = {name: figures[name] >= bar for name, bar in AT_LEAST.items()}
    return reached | {name: figures[name] <= bar for name, bar in AT_MOST.items()}


def lines(figures: dict[str, Any]) -> list[str]:
    """The bars with their figures, then both sides in numbers."""
    bars = {name: f"≥ {bar}" for name, bar in AT_LEAST.items()}
    bars |= {name: f"≤ {bar}" for name, bar in AT_MOST.items()}
    told = [
        f"{name:30} {figures[name]:>8} {_range(figures, name):16} {bars[name]:8} "
        f"{'PASS' if passed else 'missed'}"
        for name, passed in verdicts(figures).items()
    ]
    slow = figures["slow_stripe_peer_per_second"]["median"]
    return [
        *told,
        *[_sides(name, figures[name]) for name in COMPARED],
        f"by a Stripe that answers after 100 ms the peer applies {slow} a second",
    ]


def _range(figures: dict[str, Any], name: str) -> str:
    compared, _, what = name.rpartition("_ratio")
    if not compared or what:
        return ""
    return f"[{figures[compared]['ratio']['least']}–{figures[compared]['ratio']['most']}]"


def _sides(name: str, found: dict[str, dict[str, float]]) -> str:
    middle = {what: values["median"] for what, values in found.items()}
    return (
        f"{name:18} ours {middle['ours_per_second']:>8}/s, peer {middle['peer_per_second']:>7}/s; "
        f"processor {middle['ours_cpu_ms']} and {middle['peer_cpu_ms']} ms an event"
    )
