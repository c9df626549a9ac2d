"""The adapter on a sandbox in this very process: no socket, so that a thousand stories fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import stripe

from portal_app.provider.stripe.reading import Reader
from portal_app.provider.stripe.transport import StripeTransport
from portal_app.provider.stripe_objects import StripeObjects
from portal_app.provider.stripe_writer import StripeWriter
from tests.provider.sandbox.inprocess import BASE, Account, called
from tests.provider.sandbox_server import KEY


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@dataclass
class Outage:
    """After *good* requests, the next *bad* ones fail; *kind* is `lost`, `unheard` or `500`."""

    kind: str
    good: int
    bad: int

    def next(self) -> str | None:
        if self.good > 0:
            self.good -= 1
            return None
        self.bad -= 1
        return self.kind if self.bad >= 0 else None


class _Transport(StripeTransport):
    """Answers come from *account*; they are the bytes that a server would send."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self.requests: list[str] = []
        self.killed_after: int | None = None
        self.outage: Outage | None = None

    async def request_async(
        self, method: str, url: str, headers: Any, post_data: Any = None
    ) -> Any:
        if self.killed_after is not None and len(self.requests) >= self.killed_after:
            raise Killed
        self.requests.append(urlsplit(url).path)
        fault = self.outage.next() if self.outage else None
        if fault == "lost":
            raise stripe.APIConnectionError("the request was lost", should_retry=False)
        if fault == "500":
            return b'{"error": {"type": "api_error", "message": "Oh."}}', 500, {}
        answer = self._account.service.serve(called(method, url, headers, post_data))
        if fault == "unheard":
            raise stripe.APIConnectionError("the answer was lost", should_retry=False)
        return answer.body, answer.status, {"Request-Id": answer.request_id}


class _InProcess(StripeObjects):
    """An adapter with nothing but the transport changed."""

    def __init__(self, account: Account) -> None:
        super().__init__(KEY, BASE)
        self._http: Any = _Transport(account)
        self._client = stripe.StripeClient(
            KEY, base_addresses={"api": BASE}, http_client=self._http, max_network_retries=0
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

    def fail(self, outage: Outage | None) -> None:
        """Have requests fail from now on, or none any more."""
        self._http.outage = outage


class InProcessObjects(_InProcess):
    """What reads."""


class InProcessWriter(_InProcess, StripeWriter):
    """What writes too."""
