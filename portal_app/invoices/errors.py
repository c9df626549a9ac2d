"""Refusals about what was billed."""

from __future__ import annotations

from portal_app.kit.errors import NotFound


class EntryNotFound(NotFound):
    """Unknown, malformed, somebody else's, or not issued yet: all the same answer."""

    code = "invoice_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that invoice or payment.")
