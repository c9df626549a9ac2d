"""Refusals of the studio."""

from __future__ import annotations

from portal_app.kit.errors import NotFound


class NoSuchPage(NotFound):
    """For strangers and for what is another company's: the same as for an address that is none."""

    def __init__(self) -> None:
        super().__init__("We can't find that page")
