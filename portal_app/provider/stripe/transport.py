"""How the SDK's requests travel: through aiohttp, at a third of what httpx costs the processor."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import stripe

# Seconds to wait for a connection and then for each piece of an answer. How long a whole call may
# take is `reading.BUDGET`.
TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=10)


class StripeTransport(stripe.AIOHTTPClient):
    """Belongs to the event loop it is used in; `close_async` ends its connections.

    Proxies of the environment (`HTTPS_PROXY`) are used, no cookie is kept, and an answer that
    breaks off is an APIConnectionError like one that never began.
    """

    def __init__(self, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        super().__init__(timeout=timeout)
        self._own: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._own is None:
            self._own = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=_trusted()),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._own

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,  # noqa: ANN401 -- a form, as the SDK writes it
    ) -> tuple[bytes, int, Mapping[str, str]]:
        arguments, options = self._get_request_args_kwargs(method, url, headers, post_data)
        try:
            where = urlsplit(url)
            proxy = _proxy_for(where.scheme, where.netloc)
            async with self._session.request(*arguments, proxy=proxy, **options) as response:
                return await response.read(), response.status, response.headers
        except (aiohttp.ClientError, TimeoutError) as error:
            self._handle_request_error(error)

    async def close_async(self) -> None:
        if self._own is not None:
            await self._own.close()
            self._own = None


@cache
def _proxy_for(scheme: str, host: str) -> str | None:
    """The environment's proxy; aiohttp would look for it, and for a .netrc, at each request."""
    return None if proxy_bypass(host) else getproxies().get(scheme)


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that the SDK ships; reading them takes longer than a request."""
    return ssl.create_default_context(cafile=stripe.ca_bundle_path)
