"""Secrets that travel, and the digests that we keep of them.

Tokens carry 256 bits, so that a keyed SHA-256 at rest is enough (ASVS 6.5.2, 11.5.1).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def digest(key: bytes, token: str) -> str:
    """What the database keeps of *token*: HMAC-SHA-256 in hex."""
    return hmac.digest(key, token.encode(), "sha256").hex()


def derive_token(key: bytes, purpose: str, subject: str) -> str:
    """A token that only the holder of *key* can compute, so that no table has to hold it."""
    return hmac.new(key, f"{purpose}:{subject}".encode(), hashlib.sha256).hexdigest()


def derive_code(key: bytes, purpose: str, subject: str, digits: int = 6) -> str:
    """A short numeric code, derived like `derive_token`; 64 bits modulo 10^6 has no usable bias."""
    number = int(derive_token(key, purpose, subject)[:16], 16)
    return str(number % 10**digits).zfill(digits)


def same(left: str, right: str) -> bool:
    """Comparison in constant time (ASVS 11.2.4)."""
    return hmac.compare_digest(left.encode(), right.encode())
