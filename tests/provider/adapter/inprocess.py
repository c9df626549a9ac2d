"""The adapter on a sandbox in this very process: no socket, so that a thousand stories fit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import stripe

from portal_app.provider.stripe.reading import Reader
from portal_app.provider.stripe_objects import StripeObjects
from tests.provider.sandbox.inprocess import BASE, Account, called
from tests.provider.sandbox_server import KEY


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


class _Transport(stripe.HTTPXClient):
    """Answers come from *account*; they are the bytes that a server would send."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self.requests: list[str] = []
        self.killed_after: int | None = None

    async def request_async(
        self, method: str, url: str, headers: Any, post_data: Any = None
    ) -> Any:
        if self.killed_after is not None and len(self.requests) >= self.killed_after:
            raise Killed
        self.requests.append(urlsplit(url).path)
        answer = self._account.service.serve(called(method, url, headers, post_data))
        return answer.body, answer.status, {"Request-Id": answer.request_id}


class InProcessObjects(StripeObjects):
    """`StripeObjects` with nothing but the transport changed."""

    def __init__(self, account: Account) -> None:
        super().__init__(KEY, BASE)
        self._http: Any = _Transport(account)
        self._client = stripe.StripeClient(
            KEY, base_addresses={"api": BASE}, http_client=self._http
        )
        self._reader = Reader(self._client, self._http, None)

    @property
    def requests(self) -> list[str]:
        """The paths that were asked for."""
        requests: list[str] = self._http.requests
        return requests

    def kill_after(self, requests: int | None) -> None:
        """Raise Killed instead of sending more than so many requests from now on."""
        more = None if requests is None else len(self.requests) + requests
        self._http.killed_after = more
