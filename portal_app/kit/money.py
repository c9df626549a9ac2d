"""Money as integer minor units and a currency, and how Stripe writes the same amount.

Three counts of decimals must not be mixed up:
ISO 4217's exponent (our minor units), Stripe's API exponent (docs.stripe.com/currencies) and what
CLDR would print. `Money.minor` is always ISO's; Stripe's figure exists only in `provider/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Self

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_symbol

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

ISO_EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
# Whole units at Stripe. ISK and UGX have no decimals either, but Stripe keeps two (always 00).
STRIPE_ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)
# Three decimals at Stripe, of which the last must be 0.
STRIPE_THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())


class InvalidAmount(ValueError):
    """An amount that can't be written in the currency's minor units, or a malformed currency."""


def iso_exponent(currency: str) -> int:
    return ISO_EXPONENTS.get(currency, 2)


def stripe_exponent(currency: str) -> int:
    if currency in STRIPE_ZERO_DECIMAL:
        return 0
    return 3 if currency in STRIPE_THREE_DECIMAL else 2


def _shift(amount: int, by: int) -> int:
    if by >= 0:
        return amount * int(10**by)
    whole, rest = divmod(amount, 10**-by)
    if rest:
        raise InvalidAmount(f"{amount} has digits below the smallest unit")
    return int(whole)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """*minor* units (ISO 4217) of an upper-case *currency*; arithmetic within one currency only."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        code = self.currency
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):  # noqa: PLR2004
            raise InvalidAmount(f"{code!r} is no currency code")
        if type(self.minor) is not int:
            raise InvalidAmount("minor units are whole numbers")

    @classmethod
    def from_stripe(cls, amount: int, currency: str) -> Self:
        """Read Stripe's integer *amount* in its lower-case *currency*.

        Raises InvalidAmount when Stripe's figure has digits the currency does not.
        """
        code = currency.upper()
        return cls(_shift(amount, iso_exponent(code) - stripe_exponent(code)), code)

    def to_stripe(self) -> int:
        """Write the amount as Stripe wants it; three-decimal amounts must end in 0 there."""
        amount = _shift(self.minor, stripe_exponent(self.currency) - iso_exponent(self.currency))
        if self.currency in STRIPE_THREE_DECIMAL and amount % 10:
            raise InvalidAmount(f"Stripe takes {self.currency} amounts ending in 0 only")
        return amount

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-iso_exponent(self.currency))

    @property
    def amount(self) -> str:
        """Major units as text with the currency's decimals: `29.00`, `1500`, `12.500`."""
        return f"{self.decimal:.{iso_exponent(self.currency)}f}"

    def format(self, locale: str) -> str:
        """As a reader of *locale* (`en`, `de_CH`, `de-CH`) expects it, always with ISO's decimals.

        A locale that CLDR doesn't know reads English: a wrong language must not hide an amount.
        """
        own = _locale(locale)
        return format_currency(
            self.decimal,
            self.currency,
            format=_pattern(own, self.currency),
            locale=own,
            currency_digits=False,
        )

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise InvalidAmount(f"{self.currency} and {other.currency} don't add up")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0


@lru_cache(maxsize=256)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@lru_cache(maxsize=2048)
def _pattern(locale: Locale, currency: str) -> str:
    """The locale's own currency pattern with exactly the currency's decimals.

    A code or symbol made of letters is kept off the digits (`KWD 9.500`), as CLDR's
    `alphaNextToNumber` patterns do, which Babel has no access to (Unicode TR 35, part 3, §3.2).
    """
    digits = iso_exponent(currency)
    pattern: str = locale.currency_formats["standard"].pattern
    pattern = pattern.replace(".00", "." + "0" * digits if digits else "")
    symbol = get_currency_symbol(currency, locale)
    if symbol[-1].isalpha():
        pattern = re.sub(r"¤(?=[#0])", f"¤{NO_BREAK}", pattern)
    if symbol[0].isalpha():
        pattern = re.sub(r"(?<=[#0])¤", f"{NO_BREAK}¤", pattern)
    return pattern
