"""A look that is typed and nowhere stored, on its way through an address and back.

Sealed with our key, so that nobody else can have words of theirs set in a company's papers.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Final

from pydantic import ValidationError

from portal_app.branding.brand import Brand
from portal_app.kit.tokens import derive_token, same
from portal_app.settings import get_settings

# All that mails and documents show of a look.
_SHOWN: Final = {"wordmark", "accent", "accent_dark", "font"}
_LONGEST: Final = 1_000


def sealed(company_id: str, brand: Brand) -> str:
    body = json.dumps(brand.model_dump(mode="json", include=_SHOWN), separators=(",", ":"))
    written = urlsafe_b64encode(body.encode()).decode().rstrip("=")
    return f"{written}.{_seal(company_id, written)}"


def opened(company_id: str, text: str) -> Brand | None:
    """None for what is not of our sealing for this company."""
    written, _, seal = text[:_LONGEST].partition(".")
    if not same(seal, _seal(company_id, written)):
        return None
    try:
        return Brand.model_validate_json(urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (ValidationError, Error):
        return None


def _seal(company_id: str, written: str) -> str:
    return derive_token(get_settings().secret_key, "typed-look", f"{company_id}.{written}")
