"""What is typed and nowhere stored, on its way through an address and back: a look, policies.

Sealed with our key, so that nobody else can have words of theirs set in a company's papers.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from portal_app.branding.brand import Brand
from portal_app.catalog.configuration import Configuration
from portal_app.kit.tokens import derive_token, same
from portal_app.settings import get_settings

# All that mails and documents show of a look.
_SHOWN: Final = {"wordmark", "accent", "accent_dark", "font", "support_email", "support_url"}
# All that the words of mails follow of policies; whether one is sent, the page says.
_WORDED: Final = ("access", "support")
_LONGEST: Final = 2_000


def sealed(company_id: str, brand: Brand) -> str:
    return _sealed("look", company_id, brand.model_dump(mode="json", include=_SHOWN))


def opened(company_id: str, text: str) -> Brand | None:
    """None for what is not of our sealing for this company."""
    try:
        return Brand.model_validate(_opened("look", company_id, text))
    except ValidationError:
        return None


def sealed_policies(company_id: str, body: Mapping[str, Any]) -> str:
    """*body* is a document as it holds for all products, or for one."""
    worded = {name: body[name] for name in _WORDED if name in body}
    return _sealed("policies", company_id, worded)


def opened_policies(company_id: str, text: str) -> Configuration | None:
    """None for what is not of our sealing for this company."""
    body = _opened("policies", company_id, text)
    return None if body is None else Configuration.read(body)


def _sealed(what: str, company_id: str, body: Mapping[str, Any]) -> str:
    written = urlsafe_b64encode(json.dumps(body, separators=(",", ":")).encode()).decode()
    written = written.rstrip("=")
    return f"{written}.{_seal(what, company_id, written)}"


def _opened(what: str, company_id: str, text: str) -> dict[str, Any] | None:
    written, _, seal = text[:_LONGEST].partition(".")
    if not same(seal, _seal(what, company_id, written)):
        return None
    try:
        body = json.loads(urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (ValueError, Error):
        return None
    return body if isinstance(body, dict) else None


def _seal(what: str, company_id: str, written: str) -> str:
    return derive_token(get_settings().secret_key, f"typed-{what}", f"{company_id}.{written}")
