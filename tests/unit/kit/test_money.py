"""Money: three counts of decimals that must not be mixed up, and what readers see."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel import Locale
from babel.core import UnknownLocaleError
from hypothesis import given
from hypothesis import strategies as st

from portal_app.kit.money import (
    ISO_EXPONENTS,
    STRIPE_THREE_DECIMAL,
    STRIPE_ZERO_DECIMAL,
    InvalidAmount,
    Money,
    iso_exponent,
    stripe_exponent,
)

# docs.stripe.com/currencies, "Zero-decimal currencies" and "Three-decimal currencies".
ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
THREE = "BHD JOD KWD OMR TND".split()
# No decimals, but two at Stripe, which must be 00.
SPECIAL = ("ISK", "UGX")
CURRENCIES = sorted({*ISO_EXPONENTS, *ZERO, *THREE, *SPECIAL, "USD", "EUR", "GBP", "HUF", "TWD"})
AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
currencies = st.sampled_from(CURRENCIES)
pytestmark = pytest.mark.filterwarnings("error")


def test_stripes_own_lists() -> None:
    assert sorted(ZERO) == sorted(STRIPE_ZERO_DECIMAL)
    assert sorted(THREE) == sorted(STRIPE_THREE_DECIMAL)


@given(AMOUNTS, currencies)
def test_what_stripe_takes_comes_back_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    try:
        sent = money.to_stripe()
    except InvalidAmount:
        assert currency in STRIPE_THREE_DECIMAL or iso_exponent(currency) > stripe_exponent(
            currency
        )
    else:
        assert Money.from_stripe(sent, currency.lower()) == money


@given(AMOUNTS, currencies)
def test_what_stripe_says_keeps_its_value(amount: int, currency: str) -> None:
    try:
        money = Money.from_stripe(amount, currency.lower())
    except InvalidAmount:
        assert currency not in STRIPE_ZERO_DECIMAL
        assert amount % 100 != 0
    else:
        assert money.decimal == Decimal(amount).scaleb(-stripe_exponent(currency))


@pytest.mark.parametrize(
    ("stripe_amount", "currency", "minor", "text"),
    [
        (2900, "usd", 2900, "29.00"),
        (1500, "jpy", 1500, "1500"),
        (9500, "kwd", 9500, "9.500"),
        (12345, "kwd", 12345, "12.345"),
        (90000, "isk", 900, "900"),
        (90000, "ugx", 900, "900"),
        (500, "mga", 50000, "500.00"),
        (12350, "huf", 12350, "123.50"),
        (-2900, "eur", -2900, "-29.00"),
        (-100, "isk", -1, "-1"),
        (0, "usd", 0, "0.00"),
    ],
)
def test_known_amounts(stripe_amount: int, currency: str, minor: int, text: str) -> None:
    money = Money.from_stripe(stripe_amount, currency)
    assert (money.minor, money.currency, money.amount) == (minor, currency.upper(), text)


@pytest.mark.parametrize("currency", SPECIAL)
def test_fractions_that_a_currency_does_not_have_are_refused(currency: str) -> None:
    for amount in (150, -150, 1):
        with pytest.raises(InvalidAmount):
            Money.from_stripe(amount, currency)
    assert Money(9, currency).to_stripe() == 900


@pytest.mark.parametrize("currency", THREE)
def test_stripe_takes_three_decimals_ending_in_0_only(currency: str) -> None:
    assert Money(12340, currency).to_stripe() == 12340
    for minor in (12345, -12345, 1):
        with pytest.raises(InvalidAmount):
            Money(minor, currency).to_stripe()


@pytest.mark.parametrize("code", ["", "US", "USDT", "usd", "U1D", "ÜSD", "US ", "ＵＳＤ"])
def test_a_malformed_currency_is_refused(code: str) -> None:
    with pytest.raises(InvalidAmount):
        Money(1, code)


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    with pytest.raises(InvalidAmount):
        Money(minor, "USD")  # type: ignore[arg-type]


@given(AMOUNTS, AMOUNTS, currencies)
def test_arithmetic_within_a_currency(one: int, two: int, currency: str) -> None:
    left, right = Money(one, currency), Money(two, currency)
    assert (left + right).minor == one + two
    assert (left - right).minor == one - two
    assert (-left).minor == -one
    assert (left * 3).minor == 3 * one
    assert (left < right) == (one < two)
    assert bool(left) == (one != 0)
    assert Decimal(left.amount) == left.decimal


@pytest.mark.parametrize("other", [Money(1, "EUR"), Money(0, "JPY")])
def test_currencies_do_not_mix(other: Money) -> None:
    dollar = Money(100, "USD")
    with pytest.raises(InvalidAmount):
        _ = dollar + other
    with pytest.raises(InvalidAmount):
        _ = dollar - other
    with pytest.raises(InvalidAmount):
        _ = dollar < other
    assert dollar != Money(100, "EUR")


@pytest.mark.parametrize(
    ("money", "locale", "shown"),
    [
        (Money(123456, "USD"), "en", "$1,234.56"),
        (Money(123456, "USD"), "en_US", "$1,234.56"),
        (Money(123456, "EUR"), "de", "1.234,56\xa0€"),
        (Money(123456, "EUR"), "de_DE", "1.234,56\xa0€"),
        (Money(123456, "EUR"), "de-DE", "1.234,56\xa0€"),
        (Money(123456, "CHF"), "de_CH", "CHF\xa01’234.56"),
        (Money(1500, "JPY"), "en", "¥1,500"),
        (Money(1500, "JPY"), "ja", "￥1,500"),
        (Money(1500, "JPY"), "de", "1.500\xa0¥"),
        (Money(9500, "KWD"), "en", "KWD\xa09.500"),
        (Money(12350, "HUF"), "en", "HUF\xa0123.50"),
        (Money(-2900, "USD"), "en", "-$29.00"),
        (Money(0, "USD"), "en", "$0.00"),
        (Money(1234567890, "INR"), "en_IN", "₹1,23,45,678.90"),
        (Money(5, "ISK"), "en", "ISK\xa05"),
    ],
)
def test_what_readers_see(money: Money, locale: str, shown: str) -> None:
    assert money.format(locale) == shown


def test_arabic_keeps_its_direction_and_all_three_decimals() -> None:
    shown = Money(9500, "KWD").format("ar")
    assert "9.500" in shown or "9,500" in shown or "٩٫٥٠٠" in shown
    assert "د.ك" in shown


@given(AMOUNTS, currencies, st.sampled_from(["en", "de", "ja", "ar", "fr", "de_CH", "he", "hi"]))
def test_every_amount_can_be_shown_and_none_loses_decimals(
    minor: int, currency: str, locale: str
) -> None:
    shown = Money(minor, currency).format(locale)
    system = Locale.parse(locale).default_numbering_system
    if system != "latn":
        return
    digits = "".join(character for character in shown if character in "0123456789")
    expected = Money(abs(minor), currency).amount.replace(".", "")
    assert digits == expected


def test_a_locale_that_does_not_exist_falls_back_to_english() -> None:
    assert Money(2900, "USD").format("xx_YY") == "$29.00"
    assert Money(2900, "USD").format("") == "$29.00"
    with pytest.raises(UnknownLocaleError):
        Locale.parse("xx")
