"""The documented test cards (docs.stripe.com/testing) and how each of them behaves."""

from dataclasses import dataclass
from typing import Any

from portal_app.sandbox.engine.errors import ApiError, invalid, not_implemented


@dataclass(frozen=True)
class Decline:
    """Why a card is refused. `code` and `decline_code` are Stripe's."""

    code: str
    decline_code: str | None
    message: str

    def error(self, **fields: object) -> ApiError:
        return ApiError(
            402,
            "card_error",
            self.message,
            code=self.code,
            decline_code=self.decline_code,
            **fields,  # type: ignore[arg-type]
        )


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
LOST = Decline("card_declined", "lost_card", "Your card was declined.")
STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.")
LIVE_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. "
    "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
)


@dataclass(frozen=True)
class TestCard:
    """`attach` refuses at attaching, `charge` at every charge."""

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    attach: Decline | None = None
    charge: Decline | None = None


_CARDS = {
    "pm_card_visa": TestCard("4242424242424242"),
    "pm_card_visa_debit": TestCard("4000056655665556", funding="debit"),
    "pm_card_mastercard": TestCard("5555555555554444", "mastercard"),
    "pm_card_mastercard_debit": TestCard("5200828282828210", "mastercard", "debit"),
    "pm_card_mastercard_prepaid": TestCard("5105105105105100", "mastercard", "prepaid"),
    "pm_card_amex": TestCard("378282246310005", "amex"),
    "pm_card_discover": TestCard("6011111111111117", "discover"),
    "pm_card_diners": TestCard("3056930009020004", "diners"),
    "pm_card_jcb": TestCard("3566002020360505", "jcb", country="JP"),
    "pm_card_unionpay": TestCard("6200000000000005", "unionpay", country="CN"),
    "pm_card_chargeDeclined": TestCard("4000000000000002", attach=GENERIC, charge=GENERIC),
    "pm_card_chargeDeclinedInsufficientFunds": TestCard(
        "4000000000009995", attach=FUNDS, charge=FUNDS
    ),
    "pm_card_chargeDeclinedLostCard": TestCard("4000000000009987", attach=LOST, charge=LOST),
    "pm_card_chargeDeclinedStolenCard": TestCard("4000000000009979", attach=STOLEN, charge=STOLEN),
    "pm_card_chargeDeclinedExpiredCard": TestCard(
        "4000000000000069", attach=EXPIRED, charge=EXPIRED
    ),
    "pm_card_chargeDeclinedIncorrectCvc": TestCard("4000000000000127", attach=CVC, charge=CVC),
    "pm_card_chargeDeclinedProcessingError": TestCard(
        "4000000000000119", attach=PROCESSING, charge=PROCESSING
    ),
    "pm_card_chargeCustomerFail": TestCard("4000000000000341", charge=GENERIC),
}
_BY_NUMBER = {card.number: card for card in _CARDS.values()}
_THREE_D_SECURE = frozenset(
    {
        "4000002500003155",
        "4000002760003184",
        "4000003800000446",
        "4000008260003178",
        "4000000000003220",
        "4000008400001629",
        "4000000000003055",
    }
)
TEST_IBANS = frozenset({"DE89370400440532013000"})


def by_token(token: str) -> TestCard | None:
    return _CARDS.get(token)


def by_number(number: str) -> TestCard:
    """Raises Stripe's 402 for a wrong number and for any card that is no documented test card."""
    digits = number.replace(" ", "").replace("-", "")
    if digits in _THREE_D_SECURE:
        raise not_implemented("test cards that ask for 3D Secure")
    if not digits.isdigit() or not _luhn(digits):
        raise NUMBER.error(param="number")
    if digits not in _BY_NUMBER:
        raise LIVE_CARD.error()
    return _BY_NUMBER[digits]


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


def check_iban(iban: str) -> str:
    compact = iban.replace(" ", "").upper()
    if compact not in TEST_IBANS:
        raise invalid(
            "The IBAN you provided is invalid: only Stripe's documented test IBANs work here.",
            param="sepa_debit[iban]",
            code="invalid_bank_account_iban",
        )
    return compact


def _luhn(digits: str) -> bool:
    doubled = [
        sum(divmod(int(digit) * (2 if place % 2 else 1), 10))
        for place, digit in enumerate(reversed(digits))
    ]
    return len(digits) >= 12 and sum(doubled) % 10 == 0  # noqa: PLR2004 - shortest card number
