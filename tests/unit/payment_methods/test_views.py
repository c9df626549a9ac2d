"""Payment methods by the names people know."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal_app.payment_methods.rules import expires_before
from portal_app.payment_methods.views import label_of, method_view
from portal_app.ui.reader import Reader
from tests.unit.memberships.held import a_card

EN, DE = Reader("en"), Reader("de")


@pytest.mark.parametrize(
    ("kind", "brand", "last4", "label"),
    [
        ("card", "visa", "4242", "Visa ending 4242"),
        ("card", "amex", "8431", "American Express ending 8431"),
        ("card", "brand_of_tomorrow", "1234", "Card ending 1234"),
        ("sepa_debit", "", "3000", "SEPA Direct Debit ending 3000"),
        ("link", "", "", "Link"),
        ("us_bank_account", "", "6789", "Bank account ending 6789"),
        ("us_bank_account", "STRIPE TEST BANK", "6789", "STRIPE TEST BANK ending 6789"),
        ("paypal", "", "", "PayPal"),
        ("cashapp", "", "", "Cash App Pay"),
        ("method_of_tomorrow", "", "", "Payment method"),
    ],
)
def test_a_method_has_a_name(kind: str, brand: str, last4: str, label: str) -> None:
    assert label_of(EN, a_card(kind=kind, brand=brand, last4=last4)) == label


def test_the_name_is_translated() -> None:
    assert label_of(DE, a_card()) == "Visa mit den Endziffern 4242"
    assert method_view(DE, a_card()).expiry == "Gültig bis 12/2030"


@pytest.mark.parametrize(
    ("over", "mark", "note"),
    [
        ({}, "card", ""),
        ({"wallet": "apple_pay"}, "wallet", "Apple Pay"),
        ({"wallet": "google_pay"}, "wallet", "Google Pay"),
        ({"wallet": "wallet_of_tomorrow"}, "wallet", "Wallet"),
        ({"kind": "link", "last4": "", "account": "ada@example.com"}, "account", "ada@example.com"),
        ({"kind": "cashapp", "last4": "", "account": "$ada"}, "account", "$ada"),
        ({"kind": "paypal", "last4": ""}, "account", ""),
        ({"kind": "sepa_debit", "country": "DE"}, "bank", "Bank account in Germany"),
        ({"kind": "sepa_debit", "country": "XX"}, "bank", "Bank account in XX"),
        ({"kind": "us_bank_account", "country": ""}, "bank", ""),
        ({"kind": "method_of_tomorrow", "last4": ""}, "other", ""),
    ],
)
def test_a_method_is_told_apart(over: dict[str, str], mark: str, note: str) -> None:
    view = method_view(EN, a_card(**over))
    assert (view.mark, view.note) == (mark, note)


def test_an_expiry_says_whether_it_was_before() -> None:
    card = a_card(exp_month=11, exp_year=2026)
    assert method_view(EN, card, datetime(2026, 11, 30, tzinfo=UTC)).expiry == "Expires 11/2026"
    assert method_view(EN, card, datetime(2026, 12, 1, tzinfo=UTC)).expiry == "Expired 11/2026"
    assert method_view(DE, card, datetime(2026, 12, 1, tzinfo=UTC)).expiry == "Abgelaufen 11/2026"


def test_no_method_and_no_expiry_are_empty() -> None:
    assert method_view(EN, None).label == ""
    assert method_view(EN, a_card(exp_month=None, exp_year=None)).expiry == ""


@pytest.mark.parametrize(
    ("month", "year", "expired"),
    [(11, 2026, True), (12, 2026, False), (1, 2027, False), (12, 2025, True)],
)
def test_a_card_is_valid_through_the_end_of_its_month(month: int, year: int, expired: bool) -> None:
    charged_at = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert expires_before(a_card(exp_month=month, exp_year=year), charged_at) is expired
