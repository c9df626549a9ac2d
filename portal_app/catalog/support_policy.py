"""Whom a company's customers ask for help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from portal_app.kit.contacts import is_contact


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportPolicy:
    """*contact* is an e-mail address or a page; without one the brand's counts.

    Which of them is shown, `branding/support.py` decides.
    """

    contact: str | None = None

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; what is no contact falls back to the default."""
        contact = body.get("contact") if isinstance(body, Mapping) else None
        return cls(contact=contact if isinstance(contact, str) and is_contact(contact) else None)
