"""`make bench`: the benchmarks one after the other; fails when one of them misses its goal.

`python -m bench`: all of them; `python -m bench idle pages`: these, in this order.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

# The quick ones first; each prints its ratios and writes `bench/results/<name>.json`.
BENCHMARKS: Final = (
    "api_read",
    "events",
    "tabs",
    "sign_in",
    "flood",
    "idle",
    "pages",
    "import_account",
    "intake",
    "peer",
    "page_growth",
    "history_growth",
    "growth",
)


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The benchmarks of these *names*, or all. Exits before any runs when one is not known."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}")
    return tuple(names) or BENCHMARKS


def main() -> None:
    """Run what the command line names."""
    missed = [
        name
        for name in chosen(sys.argv[1:])
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    ]
    if missed:
        sys.exit(f"Goals missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
