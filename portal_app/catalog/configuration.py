"""How a company's portal behaves: the defaults, and reading a published version of them.

A version's `body` holds only what differs from the defaults, so that a default that is improved
here reaches everybody who never chose otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """When a membership that is not plainly paid still gives access.

    *grace_days* counts from the start of the unpaid period; None is as long as Stripe retries.
    """

    while_past_due: bool = True
    grace_days: int | None = None
    while_paused: bool = True

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        days = given.get("grace_days")
        return cls(
            while_past_due=_flag(given.get("while_past_due"), default.while_past_due),
            grace_days=days if type(days) is int and days >= 0 else default.grace_days,
            while_paused=_flag(given.get("while_paused"), default.while_paused),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPolicy:
    """How a membership ends when its holder cancels. That they can is not for anybody to decide.

    With *at_once* it ends right away instead of with the paid period. *void_unpaid* takes an
    overdue invoice back; without it, it is still owed and the page says so.
    """

    at_once: bool = False
    void_unpaid: bool = True

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        return cls(
            at_once=_flag(given.get("at_once"), default.at_once),
            void_unpaid=_flag(given.get("void_unpaid"), default.void_unpaid),
        )


class TransferMode(StrEnum):
    """Whether a holder may hand a membership on: by themselves, with the seller's word, or not."""

    ON = "on"
    APPROVAL = "approval"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPolicy:
    """*products* are exceptions for single products (`prod_…` of ours)."""

    mode: TransferMode = TransferMode.ON
    products: Mapping[str, TransferMode] = field(default_factory=dict)

    def for_product(self, product_id: str) -> TransferMode:
        return self.products.get(product_id, self.mode)

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        products = given.get("products")
        named = products if isinstance(products, Mapping) else {}
        return cls(
            mode=_mode(given.get("mode")) or cls().mode,
            products={str(one): mode for one, said in named.items() if (mode := _mode(said))},
        )


def _mode(value: object) -> TransferMode | None:
    return TransferMode(value) if isinstance(value, str) and value in set(TransferMode) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One company's policies as they apply now."""

    access: AccessPolicy = field(default_factory=AccessPolicy)
    cancel: CancelPolicy = field(default_factory=CancelPolicy)
    transfer: TransferPolicy = field(default_factory=TransferPolicy)

    @classmethod
    def read(cls, body: Mapping[str, object]) -> Self:
        return cls(
            access=AccessPolicy.read(body.get("access")),
            cancel=CancelPolicy.read(body.get("cancel")),
            transfer=TransferPolicy.read(body.get("transfer")),
        )


DEFAULT = Configuration()


def _flag(value: object, default: bool) -> bool:
    return value if isinstance(value, bool) else default
