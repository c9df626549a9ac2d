"""Reading one Stripe object strictly: a field that is missing or of another type is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from portal_app.kit.clock import from_unix
from portal_app.kit.money import InvalidAmount, Money
from portal_app.provider.errors import MalformedObject

Choice = TypeVar("Choice", bound=StrEnum)
# What our columns hold; more would be an error of the database, half-way through a page.
LARGEST: Final = 2**63 - 1
LARGEST_COUNT: Final = 2**31 - 1


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


class Fields:
    """One object, or a part of one, as plain mappings and lists (`StripeObject.to_dict()`).

    Methods ending in `_or_none` accept null and absence alike, as Stripe leaves keys out in some
    representations. All raise MalformedObject, which names object and field.
    """

    def __init__(self, obj: object, kind: str, *, of: str = "", path: str = "") -> None:
        self._kind, self._path = kind, path
        self._of = of
        if not isinstance(obj, Mapping):
            raise self.malformed("")
        self._obj: Mapping[str, object] = obj
        own = obj.get("id")
        if not of and isinstance(own, str):
            self._of = own

    def malformed(self, name: str) -> MalformedObject:
        return MalformedObject(self._kind, self._of, f"{self._path}{name}")

    def raw(self, name: str) -> object:
        return self._obj.get(name)

    def text(self, name: str) -> str:
        value = self._obj.get(name)
        if not isinstance(value, str):
            raise self.malformed(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self._obj.get(name) is None else self.text(name)

    def text_or_empty(self, name: str) -> str:
        return self.text_or_none(name) or ""

    def ref(self, name: str) -> str:
        """The id of another object, expanded or not."""
        value = self._obj.get(name)
        if isinstance(value, Mapping):
            value = value.get("id")
        if not isinstance(value, str) or not value:
            raise self.malformed(name)
        return value

    def ref_or_none(self, name: str) -> str | None:
        return None if self._obj.get(name) is None else self.ref(name)

    def refs(self, name: str) -> tuple[str, ...]:
        """The ids of a plain list of other objects, expanded or not; nothing when left out."""
        found = self._obj.get(name)
        if found is None:
            return ()
        ids = [one.get("id") if isinstance(one, Mapping) else one for one in _listed(found)]
        if not isinstance(found, list) or not all(isinstance(one, str) and one for one in ids):
            raise self.malformed(name)
        return tuple(str(one) for one in ids)

    def whole(self, name: str) -> int:
        value = self._obj.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
            raise self.malformed(name)
        return value

    def whole_or_zero(self, name: str) -> int:
        return 0 if self._obj.get(name) is None else self.whole(name)

    def count(self, name: str) -> int:
        """A whole number that is not negative and fits four bytes: a quantity, a month."""
        value = self.whole(name)
        if not 0 <= value <= LARGEST_COUNT:
            raise self.malformed(name)
        return value

    def count_or_none(self, name: str) -> int | None:
        return None if self._obj.get(name) is None else self.count(name)

    def flag(self, name: str) -> bool:
        value = self._obj.get(name)
        if not isinstance(value, bool):
            raise self.malformed(name)
        return value

    def moment(self, name: str) -> datetime:
        try:
            return from_unix(self.whole(name))
        except (OverflowError, OSError, ValueError) as error:
            raise self.malformed(name) from error

    def moment_or_none(self, name: str) -> datetime | None:
        return None if self._obj.get(name) is None else self.moment(name)

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        try:
            return kind(self.text(name))
        except ValueError as error:
            raise self.malformed(name) from error

    def currency(self, name: str = "currency") -> str:
        """An ISO 4217 code, upper-case as ours are."""
        try:
            return Money(0, self.text(name).upper()).currency
        except InvalidAmount as error:
            raise self.malformed(name) from error

    def money(self, name: str, currency: str) -> Money:
        return self.as_money(self.whole(name), name, currency)

    def as_money(self, amount: int, name: str, currency: str) -> Money:
        try:
            money = Money.from_stripe(amount, currency)
        except InvalidAmount as error:
            raise self.malformed(name) from error
        if abs(money.minor) > LARGEST:
            raise self.malformed(name)
        return money

    def part(self, name: str) -> Fields:
        path = f"{self._path}{name}."
        return Fields(self._obj.get(name), self._kind, of=self._of, path=path)

    def part_or_none(self, name: str) -> Fields | None:
        return None if self._obj.get(name) is None else self.part(name)

    def expanded_or_none(self, name: str) -> Fields | None:
        """The other object when it was expanded; None when there is only its id, or nothing."""
        return self.part(name) if isinstance(self._obj.get(name), Mapping) else None

    def parts(self, name: str) -> list[Fields]:
        """The objects of a list, be it plain or one of Stripe's with `data`."""
        value = self._obj.get(name)
        if isinstance(value, Mapping):
            value = value.get("data")
        if not isinstance(value, list):
            raise self.malformed(name)
        where = enumerate(value)
        return [
            Fields(one, self._kind, of=self._of, path=f"{self._path}{name}.{at}.")
            for at, one in where
        ]

    def parts_or_none(self, name: str) -> list[Fields]:
        return [] if self._obj.get(name) is None else self.parts(name)

    def metadata(self) -> dict[str, str]:
        """Stripe's metadata: text keys and values; nothing when it was left out."""
        value = self._obj.get("metadata")
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.malformed("metadata")
        return {str(key): str(text) for key, text in value.items()}
