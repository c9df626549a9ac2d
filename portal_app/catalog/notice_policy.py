"""Which mails a company's customers get from the portal, of those that may be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePolicy:
    """By kind of notice; a person may refuse those that are sent.

    The kinds that a law or a card network asks for, or that confirm what somebody did, are none of
    these: they are always sent.
    """

    renewal_short: bool = True
    payment_failed: bool = True
    card_expiring: bool = True
    refund: bool = True
    plan_change_scheduled: bool = True
    plan_changed: bool = True
    won_back: bool = True
    ended: bool = True

    def sends(self, kind: str) -> bool:
        """Whether notices of this *kind* are sent; those that nobody decides about always are."""
        return bool(getattr(self, kind, True))

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        told = {one.name: given.get(one.name) for one in fields(cls)}
        return cls(**{name: value for name, value in told.items() if isinstance(value, bool)})
