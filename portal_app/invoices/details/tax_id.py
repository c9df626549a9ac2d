"""One tax id, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaxId:
    """*kind* is Stripe's `type`, *value* as Stripe writes it."""

    kind: str
    value: str

    def same(self, other: TaxId) -> bool:
        """Whatever the dots and spaces between."""
        return self.kind == other.kind and _bare(self.value) == _bare(other.value)


def _bare(value: str) -> str:
    return "".join(sign for sign in value.upper() if sign.isalnum())
