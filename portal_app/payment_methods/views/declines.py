"""Why a payment or a new method was refused, in one of a few reviewed sentences.

Each says what happened and what to do, and none repeats the bank's own word. What a bank says of a
lost, stolen or suspicious card is said like any other refusal, so that whoever holds the card
learns nothing. Source: docs.stripe.com/declines/codes, docs.stripe.com/error-codes and, for debits,
docs.stripe.com/api/charges/object#charge_object-failure_code.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from portal_app.ui.reader import Reader


class Decline(StrEnum):
    """What a customer can tell apart, and do something different about."""

    REFUSED = "refused"
    NO_MONEY = "no_money"
    NOT_VALID = "not_valid"
    MISTYPED = "mistyped"
    TO_CONFIRM = "to_confirm"
    NOT_CONFIRMED = "not_confirmed"
    NOT_FOR_THIS = "not_for_this"
    LATER = "later"


# Every code that is known to us; one that is not is REFUSED too.
_CODES: Final[dict[Decline, str]] = {
    Decline.REFUSED: """
        bank_account_declined bank_account_restricted call_issuer card_declined customer_cancelled
        debit_declined debit_disputed debit_not_authorized do_not_honor do_not_try_again fraudulent
        generic_decline generic_could_not_process incorrect_pin invalid_pin live_mode_test_card
        lost_card merchant_blacklist no_action_taken offline_pin_required
        online_or_offline_pin_required payment_intent_payment_attempt_failed
        payment_method_provider_decline pickup_card pin_try_exceeded refer_to_customer
        restricted_card revocation_of_all_authorizations revocation_of_authorization
        security_violation stolen_card stop_payment_order test_mode_live_card testmode_decline
    """,
    Decline.NO_MONEY: """
        card_velocity_exceeded insufficient_funds withdrawal_count_limit_exceeded
    """,
    Decline.NOT_VALID: """
        account_closed account_frozen bank_account_unusable bank_ownership_changed
        could_not_process expired_card invalid_account new_account_information_available no_account
    """,
    Decline.MISTYPED: """
        incorrect_account_holder_name incorrect_address incorrect_cvc incorrect_number incorrect_zip
        invalid_account_number invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number
    """,
    Decline.TO_CONFIRM: """
        authentication_required invoice_payment_intent_requires_action
        mobile_device_authentication_required subscription_payment_intent_requires_action
    """,
    Decline.NOT_CONFIRMED: """
        authentication_not_handled payment_intent_authentication_failure
        setup_intent_authentication_failure
    """,
    Decline.NOT_FOR_THIS: """
        card_not_supported currency_not_supported debit_authorization_not_match invalid_amount
        invalid_currency not_permitted payment_method_currency_mismatch
        payment_method_not_available service_not_allowed transaction_not_allowed
    """,
    Decline.LATER: """
        approve_with_id card_decline_rate_limit_exceeded duplicate_transaction issuer_not_available
        payment_method_provider_timeout processing_error reenter_transaction try_again_later
    """,
}
DECLINES: Final[Mapping[str, Decline]] = MappingProxyType(
    {code: decline for decline, codes in _CODES.items() for code in codes.split()}
)

SENTENCES: Final[Mapping[Decline, str]] = MappingProxyType(
    {
        Decline.REFUSED: (
            "Your bank declined. Please use another payment method, or ask your bank."
        ),
        Decline.NO_MONEY: (
            "There isn't enough money in the account, or a limit is reached. Please use another"
            " payment method, or try again later."
        ),
        Decline.NOT_VALID: ("The card or account is no longer valid. Please use another one."),
        Decline.MISTYPED: (
            "A detail of the card or account is not right. Please add it again, or use another one."
        ),
        Decline.TO_CONFIRM: "Your bank wants you to confirm the payment.",
        Decline.NOT_CONFIRMED: (
            "Your bank could not confirm that it is you. Please try again, or use another payment"
            " method."
        ),
        Decline.NOT_FOR_THIS: (
            "The card or account can't be used for this payment. Please use another one."
        ),
        Decline.LATER: "Your bank couldn't answer just now. Please try again in a while.",
    }
)


def decline_of(code: str) -> Decline:
    """What Stripe's decline or error *code* is to a customer."""
    return DECLINES.get(code, Decline.REFUSED)


def decline_sentence(reader: Reader, code: str) -> str:
    """What happened and what to do, for Stripe's decline or error *code*."""
    return reader.say(SENTENCES[decline_of(code)])


def decline_sentences(reader: Reader) -> dict[str, str]:
    """All of them, for a form in the browser that hears codes from the provider itself."""
    return {str(decline): reader.say(text) for decline, text in SENTENCES.items()}
