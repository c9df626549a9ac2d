"""Content security: one policy per HTML file, its hashes taken from the file as it was built."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping

_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
# Emotion inserts an empty style element and fills it by script, which the hash of nothing allows.
_EMPTY_STYLE = ""
_FIXED = {
    "default-src": "'none'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


def source_hash(text: str) -> str:
    """The source expression that allows exactly *text* inline (CSP Level 3 §2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy_for(html: str, also: Mapping[str, str] | None = None) -> str:
    """The policy of a document: itself, and what stands inline in it; no eval, no unsafe-inline.

    *also* are sources of other hosts by directive, for a document that needs them.
    """
    scripts = dict.fromkeys(source_hash(text) for text in _SCRIPT.findall(html))
    styles = dict.fromkeys(source_hash(text) for text in (_EMPTY_STYLE, *_STYLE.findall(html)))
    policy = {
        **_FIXED,
        "script-src": f"'self' {' '.join(scripts)}".rstrip(),
        "style-src": f"'self' {' '.join(styles)}",
    }
    for directive, sources in (also or {}).items():
        policy[directive] = f"{policy.get(directive, '')} {sources}".strip()
    return _written(policy)


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


# For HTML that a route renders itself: it has no inline script and no inline style.
SERVER_RENDERED = _written({**_FIXED, "script-src": "'self'", "style-src": "'self'"})
