"""Finding a documented test card or account, and checking what was typed with it."""

from typing import Any

from portal_app.sandbox.engine.card_table import (
    ACCOUNT_TOKENS,
    ACCOUNTS,
    CARDS,
    NUMBERS,
    UNSUPPORTED,
    UNSUPPORTED_TOKENS,
)
from portal_app.sandbox.engine.declines import LIVE_CARD, NUMBER, Decline, TestAccount, TestCard
from portal_app.sandbox.engine.errors import invalid, not_implemented


def by_token(token: str) -> TestCard | None:
    """`pm_card_visa` and its `tok_visa`."""
    name = token.removeprefix("pm_card_").removeprefix("tok_")
    if name in UNSUPPORTED_TOKENS:
        return by_number(UNSUPPORTED_TOKENS[name])
    return CARDS.get(name)


def account_by_token(token: str) -> TestAccount | None:
    """`pm_sepaDebit_success_de`."""
    iban = ACCOUNT_TOKENS.get(token.removeprefix("pm_sepaDebit_"))
    return ACCOUNTS[iban] if iban else None


def by_number(number: str) -> TestCard:
    """Raises Stripe's 402 for a wrong number and for any card that is no documented test card.

    Documented cards for something that the sandbox does not have are a 501.
    """
    digits = number.replace(" ", "").replace("-", "")
    if digits in UNSUPPORTED:
        raise not_implemented(f"test cards for {UNSUPPORTED[digits]}")
    if not digits.isdigit() or not _luhn(digits):
        raise NUMBER.error(param="number")
    if digits not in NUMBERS:
        raise LIVE_CARD.error()
    return NUMBERS[digits]


def account(iban: str) -> TestAccount:
    """Raises 400 for an IBAN that is not one of the documented test accounts."""
    compact = iban.replace(" ", "").upper()
    if compact not in ACCOUNTS:
        raise invalid(
            "The IBAN you provided is invalid: only Stripe's documented test IBANs work here.",
            param="sepa_debit[iban]",
            code="invalid_bank_account_iban",
        )
    return ACCOUNTS[compact]


def check_details(card: dict[str, Any], test_card: TestCard, *, year: int, month: int) -> None:
    """Raises Stripe's 402 for an expiry in the past and a security code of the wrong length."""
    if not 1 <= card["exp_month"] <= 12:  # noqa: PLR2004 - months
        raise Decline(
            "invalid_expiry_month", None, "Your card's expiration month is invalid."
        ).error(param="exp_month")
    if (card["exp_year"], card["exp_month"]) < (year, month):
        raise Decline("invalid_expiry_year", None, "Your card's expiration year is invalid.").error(
            param="exp_year"
        )
    cvc, length = card.get("cvc"), 4 if test_card.brand == "amex" else 3
    if cvc is not None and not (cvc.isdigit() and len(cvc) == length):
        raise Decline("invalid_cvc", None, "Your card's security code is invalid.").error(
            param="cvc"
        )


def _luhn(digits: str) -> bool:
    doubled = [
        sum(divmod(int(digit) * (2 if place % 2 else 1), 10))
        for place, digit in enumerate(reversed(digits))
    ]
    return len(digits) >= 12 and sum(doubled) % 10 == 0  # noqa: PLR2004 - shortest card number
