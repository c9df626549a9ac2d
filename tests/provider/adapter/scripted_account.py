"""An account that answers exactly what a test says, in pages as small as it says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.provider.adapter import objects

WALLET = "/v1/customers/{}/payment_methods"


class Account:
    """What each listing holds; `requests` are those that were answered, as path and parameters."""

    def __init__(self, page: int = 100) -> None:
        self.page = page
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answers_left: int | None = None  # fails with 500 after so many
        self.listings: dict[str, list[dict[str, Any]]] = {
            "/v1/products": [objects.product()],
            "/v1/prices": [objects.price()],
            "/v1/customers": [objects.customer()],
            WALLET.format("cus_1"): [objects.card()],
            "/v1/subscriptions": [objects.subscription()],
            "/v1/payment_intents": [objects.intent()],
            "/v1/invoices": [objects.invoice()],
            "/v1/refunds": [objects.refund()],
        }

    def asked(self, path: str) -> list[dict[str, str]]:
        return [params for asked, params in self.requests if asked == path]

    async def script(self, target: str) -> tuple[int, bytes]:
        if self.answers_left == 0:
            return 500, b'{"error": {"type": "api_error", "message": "down"}}'
        self.answers_left = self.answers_left and self.answers_left - 1
        parts = urlsplit(target)
        params = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.requests.append((parts.path, params))
        return self._answer(parts.path, params)

    def _answer(self, path: str, params: dict[str, str]) -> tuple[int, bytes]:
        listing, _, name = path.rpartition("/")
        for one in self.listings.get(listing, ()):
            if one["id"] == name:
                return 200, json.dumps(one).encode()
        found = self.listings.get(path)
        after = params.get("starting_after")
        ids = [one["id"] for one in found or ()]
        gone = found is None and path.startswith("/v1/customers/")
        if gone or (after and after not in ids):
            missing = {"type": "invalid_request_error", "code": "resource_missing"}
            return 404, json.dumps({"error": missing | {"message": "No such thing"}}).encode()
        start = ids.index(after) + 1 if after else 0
        page = (found or [])[start : start + self.page]
        more = start + self.page < len(ids)
        return 200, json.dumps(objects.listed(*page, has_more=more)).encode()
