"""Secrets are masked in every form in which they could reach a log line."""

from __future__ import annotations

import json

import pytest

from portal_app.kit.redaction import MASK, redact

SECRET = "s3cr3t-canary"


@pytest.mark.parametrize(
    "text",
    [
        f"Cookie: a=b; portal_session={SECRET}; c=d",
        f"set-cookie: __Host-portal_browser={SECRET}; Path=/",
        f"{{'authorization': 'Bearer {SECRET}'}}",
        f"(b'authorization', b'Bearer {SECRET}')",
        f"Authorization: Basic {SECRET}",
        json.dumps({"token": SECRET, "other": 1}),
        json.dumps({"client_secret": SECRET}),
        f"{{'password': '{SECRET}'}}",
        f"GET /receipts/pay_1.pdf?token={SECRET}&x=1",
        f"GET /auth/oidc/x/callback?code={SECRET}&state=1",
        f"GET /login/link/{SECRET}/",
        f"GET /recipients/{SECRET}/stop/",
        f"_event/?EIO=4&token={SECRET}",
        f"__Host-portal_session={SECRET}",
        f"portal_browser={SECRET}",
        f"__Host-portal_device={SECRET}",
        f"smtp://portal:{SECRET}@mail.example.com:587",
        f"postgresql+psycopg://portal:{SECRET}@db/portal",
        f"x_api_key={SECRET}",
    ],
)
def test_a_named_secret_is_masked(text: str) -> None:
    masked = redact(text)
    assert SECRET not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "secret",
    [
        "sk_live_51H8abcDEF_x",
        "rk_test_51H8abcDEF",
        "bpk_test_Mhp1mFK7xtIpQ",
        "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH",
        "4242424242424242",
        "4242 4242 4242 4242",
        "378282246310005",
        "5555-5555-5555-4444",
    ],
)
@pytest.mark.parametrize("around", ["{}", "it was {}.", "'{}'", "({}, 1)", "a {} b"])
def test_a_secret_is_known_by_its_own_form(secret: str, around: str) -> None:
    masked = redact(around.format(secret))
    assert secret not in masked
    assert MASK in masked


@pytest.mark.parametrize("text", ["code: 123456", "'code': '123456'", '{"code": "123456"}'])
def test_a_sign_in_code_is_masked(text: str) -> None:
    assert "123456" not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /billing/manage/mber_4EenrKUCkDvhmjgmiJiPCE/ 200",
        "{'code': 'card_declined', 'status': 402}",
        "renewed for 4242424242424242.5 at 1234567890123456",
        "http://localhost:3000/orders/",
        "customers 1000, invoices 12000",
    ],
)
def test_what_is_no_secret_can_be_read(text: str) -> None:
    assert redact(text) == text
