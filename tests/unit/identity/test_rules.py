"""The pure decisions of sign-in, at their limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.identity.errors import CodeExpired, CodeReplaced, CodeUsed, TooManyTries
from portal_app.identity.models import LoginCode
from portal_app.identity.rules import (
    ABSOLUTE_LIFETIME,
    CODE_LIFETIME,
    DEFAULT_NEXT,
    IDLE_LIFETIME,
    digits_of,
    is_live,
    refusal,
    safe_next,
)
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


def request_of(**over: Any) -> LoginCode:
    facts = {"address": "a@b.co", "address_key": "a@b.co", "link_digest": "", "browser_digest": ""}
    return LoginCode(**facts, created_at=NOW, expires_at=NOW + CODE_LIFETIME, **over)


def test_a_fresh_request_is_open() -> None:
    assert refusal(request_of(), NOW) is None
    assert refusal(request_of(wrong_tries=4), NOW + CODE_LIFETIME - SECOND) is None


@pytest.mark.parametrize(
    ("request_", "later", "kind"),
    [
        (request_of(), CODE_LIFETIME, CodeExpired),
        (request_of(used_at=NOW), SECOND, CodeUsed),
        (request_of(used_at=NOW), CODE_LIFETIME, CodeUsed),
        (request_of(voided_at=NOW), SECOND, CodeReplaced),
        (request_of(voided_at=NOW, wrong_tries=5), SECOND, TooManyTries),
    ],
)
def test_why_a_request_is_over(request_: LoginCode, later: timedelta, kind: type) -> None:
    assert type(refusal(request_, NOW + later)) is kind


@pytest.mark.parametrize(
    ("seen_ago", "started_ago", "live"),
    [
        (IDLE_LIFETIME - SECOND, timedelta(hours=1), True),
        (IDLE_LIFETIME, timedelta(hours=1), False),
        (IDLE_LIFETIME + SECOND, timedelta(hours=1), False),
        (timedelta(0), ABSOLUTE_LIFETIME - SECOND, True),
        (timedelta(0), ABSOLUTE_LIFETIME, False),
        (timedelta(0), ABSOLUTE_LIFETIME + SECOND, False),
    ],
)
def test_a_session_has_two_limits(seen_ago: timedelta, started_ago: timedelta, live: bool) -> None:
    expires_at = NOW - started_ago + ABSOLUTE_LIFETIME
    assert is_live(last_seen_at=NOW - seen_ago, expires_at=expires_at, now=NOW) is live


@pytest.mark.parametrize(
    "path", ["/", "/orders/", "/orders/#past", "/billing/manage/mber_1/cancel/?a=b&c=//d", "/ä/"]
)
def test_local_pages_are_kept(path: str) -> None:
    assert safe_next(path) == path


@given(st.text(alphabet="/\\.:@?#ahtps \t\r\n\x00auth\u2028%", max_size=12))
def test_nothing_leads_away(path: str) -> None:
    kept = safe_next(path)
    assert kept in {DEFAULT_NEXT, path}
    assert kept.startswith("/")
    assert not kept.startswith(("//", "/\\", "/auth/"))
    assert not any(sign in kept for sign in "\\\t\r\n\x00")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("123456", "123456"), (" 123 456\n", "123456"), ("12-34-56", "123456"),
     ("\uff11\uff12\uff13456", "123456"), ("code", ""), ("²³", "")],
)  # fmt: skip
def test_codes_are_read_as_people_type_them(typed: str, digits: str) -> None:
    assert digits_of(typed) == digits
