"""Lighthouse, mobile, on sign-in, orders and membership: score, accessibility, LCP, weight.

`python -m bench.pages`: one demo portal, Chromium with the cookie of a signed-in customer, Node
from PyPI, Lighthouse from `bench/lighthouse/` (its first run installs it). Lighthouse simulates a
slow phone from what it saw, so figures hardly depend on this machine. Takes about two minutes.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from playwright.sync_api import BrowserContext, sync_playwright

from tests.portal_server import Portal, running_portal

ROOT = Path(__file__).parents[1]
LIGHTHOUSE = ROOT / "bench" / "lighthouse"
CHROMIUM = "/usr/bin/chromium"
ROUNDS = 3
PERFORMANCE, ACCESSIBILITY, LCP_MS = 0.95, 1.0, 2500


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one page. *lcp_ms* is simulated; *kilobytes* as the network carried them."""

    performance: float
    accessibility: float
    lcp_ms: int
    kilobytes: int

    @property
    def reached(self) -> bool:
        return (
            self.performance >= PERFORMANCE
            and self.accessibility >= ACCESSIBILITY
            and self.lcp_ms <= LCP_MS
        )


def _environment() -> dict[str, str]:
    """Node and npm from the virtual environment come first."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def install() -> None:
    """Bring in exactly the locked Lighthouse; nothing happens when it is there."""
    if not (LIGHTHOUSE / "node_modules" / ".bin" / "lighthouse").exists():
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"],
            cwd=LIGHTHOUSE,
            env=_environment(),
            check=True,
            stdout=subprocess.DEVNULL,
        )


@dataclass(frozen=True, slots=True)
class Browser:
    """A Chromium that Lighthouse joins by its debugging *port*."""

    port: int
    context: BrowserContext

    def forget_files(self) -> None:
        """Empty the cache: Lighthouse is told to keep cookies, and would keep it with them."""
        session = self.context.new_cdp_session(self.context.pages[0])
        session.send("Network.clearBrowserCache")
        session.detach()


@contextmanager
def browser(portal: Portal, email: str = "") -> Iterator[Browser]:
    """One with *email*'s session, or nobody's."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    held = portal.sign_in(email).cookies.items() if email else ()
    cookies: list[Any] = [
        {"name": name, "value": value, "url": portal.origin, "httpOnly": True}
        for name, value in held
    ]
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"],
        )
        context.add_cookies(cookies)
        yield Browser(port, context)
        context.close()


def audit(url: str, chromium: Browser) -> dict[str, Any]:
    """One cold run of Lighthouse; RuntimeError when it ended up on another page."""
    chromium.forget_files()
    done = subprocess.run(
        [
            *("node", str(LIGHTHOUSE / "node_modules" / "lighthouse" / "cli" / "index.js"), url),
            *(f"--port={chromium.port}", "--disable-storage-reset", "--quiet", "--output=json"),
            "--only-categories=performance,accessibility",
        ],
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    if report["finalDisplayedUrl"] != url:
        raise RuntimeError(f"{url} led to {report['finalDisplayedUrl']}")
    return report


def figures_of(reports: list[dict[str, Any]]) -> Figures:
    def middle(*path: str) -> float:
        found: list[Any] = list(reports)
        for name in path:
            found = [one[name] for one in found]
        return float(median(found))

    return Figures(
        performance=middle("categories", "performance", "score"),
        accessibility=middle("categories", "accessibility", "score"),
        lcp_ms=round(middle("audits", "largest-contentful-paint", "numericValue")),
        kilobytes=round(middle("audits", "total-byte-weight", "numericValue") / 1000),
    )


def measure(folder: Path) -> dict[str, Figures]:
    with running_portal(folder) as portal:
        manage = portal.membership("active")["manage_url"]
        with browser(portal) as nobody:
            pages = {"sign-in": _runs(f"{portal.origin}/login/", nobody)}
        with browser(portal, "ada@example.com") as ada:
            pages["orders"] = _runs(f"{portal.origin}/orders/", ada)
            pages["membership"] = _runs(manage, ada)
    return pages


def _runs(url: str, chromium: Browser) -> Figures:
    return figures_of([audit(url, chromium) for _ in range(ROUNDS)])


def main() -> None:
    """Print a line per page; exit with 1 when a bar is missed."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        pages = measure(Path(folder))
    target = ROOT / "bench" / "results" / "pages.json"
    found = {name: asdict(page) for name, page in pages.items()}
    target.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    bars = f"≥ {PERFORMANCE}, {ACCESSIBILITY:.2f}, ≤ {LCP_MS} ms"
    print(f"Lighthouse mobile: performance, accessibility, LCP ({bars}), weight")
    for name, page in pages.items():
        print(
            f"  {name:10} {page.performance:.2f}  {page.accessibility:.2f}"
            f"  {page.lcp_ms:5d} ms  {page.kilobytes:4d} kB"
        )
    sys.exit(not all(page.reached for page in pages.values()))


if __name__ == "__main__":
    main()
