"""Every code that Stripe documents is one of a few reviewed sentences, in both languages."""

from __future__ import annotations

import pytest

from portal_app.payment_methods.views import (
    DECLINES,
    Decline,
    decline_of,
    decline_sentence,
    decline_sentences,
)
from portal_app.ui.reader import Reader

EN, DE = Reader("en"), Reader("de")
# docs.stripe.com/declines/codes, as of October 2026
DOCUMENTED = """
approve_with_id authentication_not_handled authentication_required call_issuer card_not_supported
card_velocity_exceeded currency_not_supported do_not_honor do_not_try_again duplicate_transaction
expired_card fraudulent generic_decline incorrect_address incorrect_cvc incorrect_number
incorrect_pin incorrect_zip insufficient_funds invalid_account invalid_amount invalid_cvc
invalid_expiry_month invalid_expiry_year invalid_number invalid_pin issuer_not_available
live_mode_test_card lost_card merchant_blacklist mobile_device_authentication_required
new_account_information_available no_action_taken not_permitted offline_pin_required
online_or_offline_pin_required pickup_card pin_try_exceeded processing_error reenter_transaction
restricted_card revocation_of_all_authorizations revocation_of_authorization security_violation
service_not_allowed stolen_card stop_payment_order test_mode_live_card testmode_decline
transaction_not_allowed try_again_later withdrawal_count_limit_exceeded
""".split()
# docs.stripe.com/error-codes: what a CardError or an intent's last error may say beside those
ERRORS = """
account_closed bank_account_declined bank_account_restricted bank_account_unusable card_declined
card_decline_rate_limit_exceeded debit_not_authorized invoice_payment_intent_requires_action
payment_intent_authentication_failure payment_intent_payment_attempt_failed
payment_method_provider_decline payment_method_provider_timeout refer_to_customer
setup_intent_authentication_failure subscription_payment_intent_requires_action
""".split()


@pytest.mark.parametrize("code", [*DOCUMENTED, *ERRORS])
def test_every_documented_code_has_been_thought_of(code: str) -> None:
    assert code in DECLINES
    for reader in (EN, DE):
        sentence = decline_sentence(reader, code)
        assert code not in sentence
        assert "_" not in sentence
    assert decline_sentence(EN, code) != decline_sentence(DE, code)


@pytest.mark.parametrize(
    "code",
    "lost_card stolen_card pickup_card restricted_card fraudulent merchant_blacklist"
    " security_violation generic_decline".split(),
)
def test_whoever_holds_the_card_learns_nothing(code: str) -> None:
    assert decline_of(code) is Decline.REFUSED


@pytest.mark.parametrize(
    ("code", "decline"),
    [
        ("insufficient_funds", Decline.NO_MONEY),
        ("expired_card", Decline.NOT_VALID),
        ("incorrect_cvc", Decline.MISTYPED),
        ("authentication_required", Decline.TO_CONFIRM),
        ("setup_intent_authentication_failure", Decline.NOT_CONFIRMED),
        ("currency_not_supported", Decline.NOT_FOR_THIS),
        ("processing_error", Decline.LATER),
        ("a_code_of_tomorrow", Decline.REFUSED),
        ("", Decline.REFUSED),
    ],
)
def test_what_a_code_is_to_a_customer(code: str, decline: Decline) -> None:
    assert decline_of(code) is decline


def test_a_form_is_told_all_sentences_and_only_those() -> None:
    for reader in (EN, DE):
        told = decline_sentences(reader)
        assert set(told) == {str(one) for one in Decline}
        assert set(told.values()) == {decline_sentence(reader, code) for code in DECLINES}
    assert all(len(sentence) <= 120 for sentence in decline_sentences(EN).values())
