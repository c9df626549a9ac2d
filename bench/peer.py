"""Webhooks beside the peer: dj-stripe under gunicorn, one process each, turn by turn.

`python -m bench.peer` needs `wrk` and PostgreSQL's programs, and for its first run a package index:
the peer gets an environment of its own in `build/peer`, with the versions of
`peer_constraints.txt`. It takes about four minutes, speaks to loopback only and ends what it began.

Both sides get the same events, those of customers who subscribe, signed by the same secret, and ask
the same Stripe: what the sandbox answered, remembered (`peer_stripe.py`). Both know the objects
already. On SQLite our commits wait for the disk and the peer's don't.
To accept is to verify, store and answer; to apply is to fetch the object as well and to bring the
tables to it, which the peer does before it answers and our worker, in the same process, after.
Rates are of this machine as busy as it is; the ratios travel, and so does the processor's time.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from statistics import median, quantiles
from typing import Any

import orjson
import psycopg

from bench import backlog, posting
from bench.intake import SECRET, migrated, sandbox
from bench.peer_figures import DATABASES, lines, spread, verdicts
from bench.peer_sides import Rate, Side, ours, peer, prepare
from bench.postgres import durable_postgres
from bench.serving import ROOT, served
from portal_app.ingest.events import HANDLED_EVENTS

RESULTS = ROOT / "bench" / "results" / "peer.json"
ROUNDS, SECONDS = 4, 2
# No further round of a comparison begins after this, on a machine that is too busy for all of them.
ENOUGH, FEWEST = 20, 2
# More than can be accepted in a second: an event that comes twice is stored once by us.
FASTEST = 4000
PACE, PACED = 100, 800
# A few seconds of work each; a slow Stripe lets the peer do ten a second at the most.
SUBSCRIBERS, APPLIED = 40, {"ours": 400, "peer": 100, "peer_slow": 20}
# Made once, when the account began; the sandbox can't show them as the peer asks for them.
CATALOGUE = ("product", "price")
SLOW_STRIPE = 0.1


class Events:
    """Events about the same objects without end, each sent once and with an id of its own."""

    def __init__(self, about: Sequence[dict[str, Any]]) -> None:
        self.different = len(about)
        self._about = cycle(about)
        self._made = 0

    def signed(self, count: int) -> list[posting.Signed]:
        first, self._made = self._made, self._made + count
        some = enumerate(islice(self._about, count), first)
        return [posting.signed({**one, "id": f"evt_{n:012}"}, SECRET) for n, one in some]


class Bench:
    """The figures so far."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.figures: dict[str, Any] = {"load_average_before": round(os.getloadavg()[0], 2)}

    def accept(self, name: str, sides: dict[str, Side]) -> None:
        """Which of both stores and answers more, and how much more."""
        for side in sides.values():
            side.accept(self._events.signed(FASTEST), seconds=1)  # Everything is loaded now.
        self._compare(name, sides, lambda _, side: self._flood(side))

    def apply(self, name: str, sides: dict[str, Side]) -> None:
        """Which of both works more off, the first of *sides* over the second."""
        for side in sides.values():
            side.apply(self._events.signed(self._events.different))
        self._compare(name, sides, lambda who, side: side.apply(self._events.signed(APPLIED[who])))

    def slow_stripe(self, sides: dict[str, Side], slow_peer: Side) -> None:
        """Our intake by a slow Stripe over that by a fast one, with the worker at work in both."""

        def flooded(_: str, side: Side) -> Rate:
            rate = self._flood(side)
            side.forget()
            return rate

        for side in sides.values():
            flooded("", side)
        self._compare("slow_stripe_intake", sides, flooded)
        peers = [slow_peer.apply(self._events.signed(APPLIED["peer_slow"])) for _ in range(2)]
        self.figures["slow_stripe_peer_per_second"] = spread([one.per_second for one in peers])

    def acknowledge(self, name: str, side: Side) -> None:
        """The 99th percentile of our answers at a pace that Stripe itself would not reach."""
        given = self._events.signed(PACED)
        took = asyncio.run(posting.paced(side.server.port, given, per_second=PACE))
        self.figures[name] = round(quantiles(took, n=100)[98] * 1000, 1)

    def _flood(self, side: Side) -> Rate:
        return side.accept(self._events.signed(FASTEST * SECONDS), seconds=SECONDS)

    def _compare(
        self, name: str, sides: dict[str, Side], measure: Callable[[str, Side], Rate]
    ) -> None:
        """Turn by turn, so that both meet the machine in the same moods."""
        rounds: list[dict[str, Rate]] = []
        end = time.perf_counter() + ENOUGH
        while len(rounds) < FEWEST or (len(rounds) < ROUNDS and time.perf_counter() < end):
            rounds.append({who: measure(who, side) for who, side in sides.items()})
        first, second = sides
        ratios = [one[first].per_second / one[second].per_second for one in rounds]
        self.figures[f"{name}_ratio"] = round(median(ratios), 2)
        self.figures[f"{name}_per_second"] = round(median(one[first].per_second for one in rounds))
        self.figures[name] = {
            "ratio": spread(ratios),
            **{f"{who}_per_second": _of(rounds, who, "per_second") for who in sides},
            **{f"{who}_cpu_ms": _of(rounds, who, "cpu_ms") for who in sides},
        }


def _of(rounds: Sequence[dict[str, Rate]], who: str, figure: str) -> dict[str, float]:
    return spread([getattr(one[who], figure) for one in rounds])


@contextmanager
def _stripe(base: str, seconds: float) -> Iterator[str]:
    environment = {"BENCH_STRIPE_BASE": base, "BENCH_STRIPE_SECONDS": str(seconds)}
    with served("bench.peer_stripe:app", **environment) as server:
        yield f"http://127.0.0.1:{server.port}"


def _about(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What Stripe would send our endpoint while the first SUBSCRIBERS subscribed, in its order."""
    wanted = [
        one
        for one in given
        if one["type"] in HANDLED_EVENTS and not one["type"].startswith(CATALOGUE)
    ]
    joined = [n for n, one in enumerate(wanted) if one["type"] == "customer.subscription.created"]
    return wanted[: joined[SUBSCRIBERS]]


def _second_database(url: str) -> str:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE peer")
    return url.rpartition("/")[0] + "/peer"


def measure() -> dict[str, Any]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["PORTAL_DATA_DIR"] = folder
        base = stack.enter_context(sandbox(folder))
        given = backlog.fill(base)
        bench = Bench(Events(_about(given)))
        known = migrated(f"sqlite+aiosqlite:///{folder}/portal.db")
        bench.figures["drain_seconds"] = round(backlog.measure(known, base, given), 1)
        shutil.copy(f"{folder}/portal.db", f"{folder}/slow.db")
        fast = stack.enter_context(_stripe(base, 0))
        postgres = stack.enter_context(durable_postgres())
        backlog.measure(migrated(postgres), fast, given[: 2 * SUBSCRIBERS * backlog.PER_CUSTOMER])
        mine = dict(zip(DATABASES, (known, postgres), strict=True))
        theirs = dict(
            zip(DATABASES, (f"sqlite:///{folder}/peer.db", _second_database(postgres)), strict=True)
        )
        for url in theirs.values():
            prepare(url, fast)
        _accepting(bench, mine, theirs, fast)
        _applying(bench, mine, theirs, fast)
        slow = stack.enter_context(_stripe(base, SLOW_STRIPE))
        with (
            ours(f"sqlite+aiosqlite:///{folder}/slow.db", slow, worker=True) as slowed,
            ours(known, fast, worker=True) as usual,
            peer(theirs["sqlite"], slow, applies=True) as waiting,
        ):
            bench.slow_stripe({"slow": slowed, "fast": usual}, waiting)
            bench.acknowledge("ack_p99_ms_slow_stripe", slowed)
    return bench.figures


def _accepting(bench: Bench, mine: dict[str, str], theirs: dict[str, str], stripe: str) -> None:
    for database in DATABASES:
        with (
            ours(mine[database], stripe, worker=False) as our,
            peer(theirs[database], stripe, applies=False) as other,
        ):
            bench.accept(f"accept_{database}", {"ours": our, "peer": other})
            if database == "sqlite":
                bench.acknowledge("ack_p99_ms", our)
            our.forget()


def _applying(bench: Bench, mine: dict[str, str], theirs: dict[str, str], stripe: str) -> None:
    for database in DATABASES:
        with (
            ours(mine[database], stripe, worker=True) as our,
            peer(theirs[database], stripe, applies=True) as other,
        ):
            bench.apply(f"apply_{database}", {"ours": our, "peer": other})


def main() -> None:
    """Print the ratios first; exit with 1 where a bar was missed."""
    figures = measure()
    RESULTS.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")
    print("Webhooks, ours ÷ dj-stripe's:", *lines(figures), sep="\n  ")
    sys.exit(not all(verdicts(figures).values()))


if __name__ == "__main__":
    main()
