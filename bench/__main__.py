"""`make bench`: every benchmark, one after the other; fails when one misses its goal."""

import sys
from collections.abc import Callable

from bench import api_read, events, tabs


def missed(main: Callable[[], None]) -> bool:
    """Run one to its end; each says by its exit code whether it met its goal."""
    try:
        main()
    except SystemExit as ended:
        return bool(ended.code)
    return False


results = [missed(one.main) for one in (api_read, events, tabs)]
sys.exit(any(results))
