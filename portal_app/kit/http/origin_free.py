"""Makes one build of the front end work on every origin and port.

Reflex writes the address of its server into one chunk. The build uses an address that no one can
have, and this step puts "where this page came from" in its place, so that a move to another host
needs no build (research/reflex-patterns.md §9).
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

# Reserved by RFC 2606: it can never be reached by mistake.
BUILD_ORIGIN = "http://portal.invalid"
_ADDRESS = re.compile(r"""(["'`])(http|ws)://portal\.invalid([^"'`]*)\1""")
_EXPRESSIONS = {
    "http": "globalThis.location.origin",
    "ws": 'globalThis.location.origin.replace(/^http/,"ws")',
}


class OriginStillBaked(RuntimeError):
    """The build holds the build's address in a form that this module does not know."""


def make_origin_free(client: Path) -> int:
    """Rewrite the chunks below *client* that name the build's address; returns how many.

    Raises
    ------
    OriginStillBaked
        When none did, or one still does: Reflex has changed how it writes the address.

    """
    changed = 0
    for chunk in sorted((client / "assets").glob("*.js")):
        text = chunk.read_text()
        if BUILD_ORIGIN.removeprefix("http://") not in text:
            continue
        rewritten = origin_free(text)
        if "portal.invalid" in rewritten:
            raise OriginStillBaked(chunk.name)
        chunk.write_text(rewritten)
        _write_sidecars(chunk)
        changed += 1
    if not changed:
        raise OriginStillBaked("no chunk names the address of the build")
    return changed


def origin_free(text: str) -> str:
    """*text* with every quoted address of the build replaced by an expression of the browser."""
    return _ADDRESS.sub(
        lambda found: f'({_EXPRESSIONS[found[2]]}+"{found[3]}")',
        text,
    )


def _write_sidecars(chunk: Path) -> None:
    """Bring the compressed copies beside *chunk* up to date; servers prefer them to the file."""
    content = chunk.read_bytes()
    zipped = chunk.with_name(f"{chunk.name}.gz")
    if zipped.exists():
        zipped.write_bytes(gzip.compress(content, mtime=0))
    # Without a brotli library in the venv the other copy would go stale: no copy is served right.
    chunk.with_name(f"{chunk.name}.br").unlink(missing_ok=True)
