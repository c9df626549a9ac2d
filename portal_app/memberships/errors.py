"""Refusals about memberships."""

from __future__ import annotations

from portal_app.kit.errors import NotFound


class MembershipNotFound(NotFound):
    """Unknown, malformed, somebody else's, or no longer the caller's: all the same answer."""

    code = "membership_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that membership.")
