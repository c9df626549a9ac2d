"""Asking Stripe: requests whose answers stay plain JSON; reading is paced and patient besides.

The SDK sends them (key, version, retries after failures, errors), but does not build its objects:
we read Stripe's answers by ourselves, and building them took longer than all the rest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import stripe

from portal_app.kit.clock import wall_now
from portal_app.provider.errors import MalformedObject, UnknownAtProvider
from portal_app.provider.facts import ListParams, Page
from portal_app.provider.stripe.refusals import log, translated_errors
from portal_app.provider.stripe.transport import StripeTransport

PAGE_SIZE: Final = 100  # Stripe's largest
# docs.stripe.com/rate-limits: 100 reads a second, 25 in test mode. An import leaves the greater
# part of a second to whatever else uses the account.
LIVE_READS_PER_SECOND: Final = 40.0
TEST_READS_PER_SECOND: Final = 10.0
# Seconds to wait after each 429 in a row; the SDK itself repeats one only if Stripe says so.
PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
# Seconds for one call with all repetitions by the SDK, each of which has time-outs of its own; an
# answer that trickles in would never meet those.
BUDGET: Final = 20.0

Fact = TypeVar("Fact")
Complete = Callable[[dict[str, Any]], Awaitable[None]]


def reads_per_second(key: str, base: str | None) -> float | None:
    """What this key may read; None without a limit, where *base* is not Stripe."""
    if base is not None:
        return None
    return LIVE_READS_PER_SECOND if "_live_" in key else TEST_READS_PER_SECOND


class Reader:
    """Requests of one client, none longer than *budget* seconds.

    Of GET requests at most *per_second* begin in a second, for all its callers.
    """

    def __init__(
        self,
        client: stripe.StripeClient,
        http: StripeTransport,
        per_second: float | None,
        budget: float = BUDGET,
    ) -> None:
        self._client, self._http, self._budget = client, http, budget
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0

    async def get(self, path: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- JSON
        """Stripe's JSON; waits out its rate limit. Raises our errors of `translated_errors`."""
        with translated_errors():
            for pause in PAUSES:
                await self._turn()
                try:
                    return await self.send("get", path, params)
                except stripe.RateLimitError:
                    log.warning("the provider limits our reads; waiting %.0f s", pause)
                    await self._http.sleep_async(pause)  # type: ignore[no-untyped-call]
            return await self.send("get", path, params)

    async def send(
        self, method: str, path: str, params: Mapping[str, Any], key: str | None = None
    ) -> Any:  # noqa: ANN401 -- JSON
        """One request, unpaced. Raises the SDK's errors, TimeoutError when the budget is spent."""
        options = {"idempotency_key": key} if key else {}
        async with asyncio.timeout(self._budget):
            answer = await self._client.raw_request_async(method, path, **params, **options)
        return answer.data

    async def _turn(self) -> None:
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._gap
        if turn > now:
            await self._http.sleep_async(turn - now)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Listing:
    """One of Stripe's lists; *always* are the parameters that every page of it is asked with."""

    reader: Reader
    path: str
    always: Mapping[str, Any]

    async def pages(
        self,
        read: Callable[[object], Fact],
        params: ListParams,
        *,
        complete: Complete | None = None,
    ) -> AsyncIterator[Page[Fact]]:
        """Walk it by cursor; the next page is only fetched when it is asked for."""
        fixed = {"limit": PAGE_SIZE, **self.always}
        if params.since is not None:
            fixed["created"] = {"gte": int(params.since.timestamp())}
        cursor = params.after
        while True:
            observed_at = wall_now()
            after = {"starting_after": cursor} if cursor else {}
            answer = await self.reader.get(self.path, {**fixed, **after})
            objects, has_more = _listed(answer)
            facts, malformed = await _read_all(objects, read, complete)
            cursor = _cursor(objects) if has_more else None
            yield Page(tuple(facts), tuple(malformed), observed_at, cursor)
            if cursor is None:
                return


async def _read_all(
    objects: list[Any], read: Callable[[object], Fact], complete: Complete | None
) -> tuple[list[Fact], list[MalformedObject]]:
    facts: list[Fact] = []
    malformed: list[MalformedObject] = []
    for obj in objects:
        try:
            if complete and isinstance(obj, dict):
                await complete(obj)
            facts.append(read(obj))
        except UnknownAtProvider:
            continue  # a draft, say, that was deleted while the rest of it was asked for
        except MalformedObject as error:
            log.warning("skipped a malformed object of the provider: %s", error)
            malformed.append(error)
    return facts, malformed


def listed_objects(page: object) -> list[Any]:
    """The objects of a page of which no more is wanted."""
    return _listed(page)[0]


def _listed(page: object) -> tuple[list[Any], bool]:
    """The objects of a page and whether there are more; a page that isn't one ends everything."""
    if not isinstance(page, dict):
        raise MalformedObject("list", "", "data")
    objects, has_more = page.get("data"), page.get("has_more")
    if not isinstance(objects, list) or not isinstance(has_more, bool):
        raise MalformedObject("list", "", "data")
    return objects, has_more


def _cursor(objects: list[Any]) -> str:
    """The last object's id; without one the listing can't go on, and must not look complete."""
    last = objects[-1].get("id") if objects and isinstance(objects[-1], dict) else None
    if not isinstance(last, str):
        raise MalformedObject("list", "", "data")
    return last


async def completed(obj: dict[str, Any], name: str, rest: Listing) -> None:
    """Stripe embeds the first ten of a list; put all of it there where there are more."""
    embedded = obj.get(name)
    if not isinstance(embedded, dict) or embedded.get("has_more") is not True:
        return
    everything: list[Any] = []
    async for page in rest.pages(lambda one: one, ListParams()):
        everything.extend(page.facts)
    embedded["data"] = everything
