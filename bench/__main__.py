"""`make bench`: every benchmark, one after the other; fails when one of them misses its goal."""

import subprocess
import sys

# The quick ones first; each prints its ratios and writes `bench/results/<name>.json`.
BENCHMARKS = (
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

missed = [
    name
    for name in BENCHMARKS
    if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
]
if missed:
    sys.exit(f"Goals missed: {', '.join(missed)}")
