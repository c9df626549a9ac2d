"""`/sandbox/clock/`: what happens next in the demo, and buttons that make it happen.

Whoever reaches a sandbox may move its clock: it is a demo, whose mailbox signs anybody in. Posts
must come from our own pages (`kit.http.same_origin`), and there is no such page with a Stripe key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from portal_app.demo import webhooks
from portal_app.demo.clock_words import DECLINES, Teller
from portal_app.demo.control import SandboxControl
from portal_app.demo.durations import WORDS
from portal_app.demo.journey import MOST_MOMENTS, Journey, plan
from portal_app.demo.serving import running_base
from portal_app.demo.subscriptions import member_ids
from portal_app.kit.clock import from_unix
from portal_app.kit.db import database
from portal_app.kit.errors import Conflict, InvalidInput, PortalError
from portal_app.kit.http.forms import small_form
from portal_app.settings import Settings
from portal_app.ui.catalogue import translate
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.server_pages import render

PATH: Final = "/sandbox/clock/"
# How long a post waits for its journey before it shows one that is under way.
PATIENCE: Final = 1.5
AHEAD: Final = 8
BEHIND: Final = 50
Connect = Callable[[], Awaitable[str | None]]

log = logging.getLogger(__name__)


class ClockPage:
    """The page with its one journey at a time. `connect` says where the sandbox is served."""

    def __init__(self, settings: Settings, connect: Connect) -> None:
        self._settings = settings
        self._connect = connect
        self._journey: Journey | None = None
        self._task: asyncio.Task[None] | None = None

    async def show(self, request: Request) -> Response:
        return await self._answer(request)

    async def _answer(
        self, request: Request, *, error: str | None = None, status: int = 200
    ) -> Response:
        try:
            return await self._page(request, error=error, status=status)
        except PortalError as refused:
            return render(
                "demo/templates/clock_away.html",
                request,
                status=refused.status,
                error=translate(requested_locale(request), refused.sentence),
            )

    async def advance(self, request: Request) -> Response:
        """Form: `go` (a duration, a word, or `@` and Unix seconds)."""
        form = await self._form(request)
        try:
            if self._is_moving:
                raise Conflict("The clock is moving already.")
            control = await self._control()
            await self._depart(control, await plan(control, form.get("go", "").strip()))
        except PortalError as refused:
            return await self._answer(request, error=refused.sentence, status=refused.status)
        return RedirectResponse(PATH, status_code=303)

    async def fail_next(self, request: Request) -> Response:
        """Form: `decline` (empty: none), `customer` (empty: any)."""
        form = await self._form(request)
        try:
            control = await self._control()
            await control.fail_next_charge(
                form.get("decline") or None, form.get("customer") or None
            )
        except httpx.HTTPStatusError:
            text = "There is no such decline or customer."
            return await self._answer(request, error=text, status=400)
        except PortalError as refused:
            return await self._answer(request, error=refused.sentence, status=refused.status)
        return RedirectResponse(PATH, status_code=303)

    @property
    def _is_moving(self) -> bool:
        return self._task is not None and not self._task.done()

    @staticmethod
    async def _form(request: Request) -> dict[str, str]:
        try:
            return await small_form(request)
        except InvalidInput:
            return {}

    async def _control(self) -> SandboxControl:
        base = await self._connect()
        if base is None:
            raise Conflict("Nothing serves the sandbox now.")
        return SandboxControl(base, self._settings.stripe_key)

    async def _depart(self, control: SandboxControl, journey: Journey) -> None:
        self._journey = journey
        self._task = asyncio.create_task(self._travel(control, journey))
        await asyncio.wait({self._task}, timeout=PATIENCE)

    async def _travel(self, control: SandboxControl, journey: Journey) -> None:
        try:
            await journey.go(control)
            # The portal hears of all this by webhooks, so that its pages show it afterwards.
            await webhooks.caught_up(self._settings, database(), control.base)
        except (httpx.HTTPError, OSError) as broken:
            log.warning("the demo's clock stopped on the way", exc_info=broken)
            journey.failed = "The sandbox did not answer; the clock stopped on the way."

    async def _page(
        self, request: Request, *, error: str | None = None, status: int = 200
    ) -> Response:
        control = await self._control()
        found = await control.upcoming(MOST_MOMENTS)
        moved = [] if self._journey is None else self._journey.happened
        named = (*found["moments"][:AHEAD], *moved[-BEHIND:])
        members = await member_ids(database(), {m["subscription"] or "" for m in named})
        teller = Teller(requested_locale(request), members)
        return render(
            "demo/templates/clock.html",
            request,
            status=status,
            headers={"Refresh": "2"} if self._is_moving else {},
            error=error and translate(requested_locale(request), error),
            declines=DECLINES,
            moving=self._is_moving,
            journey=self._told(teller),
            **_ahead(teller, found),
        )

    def _told(self, teller: Teller) -> dict[str, Any] | None:
        """The journey that is under way or has ended, as the page shows it."""
        journey = self._journey
        if journey is None:
            return None
        newest = journey.happened[-BEHIND:][::-1]
        return {
            "start": teller.moment(journey.start),
            "end": teller.moment(journey.now if journey.failed else journey.goal),
            "percent": int(100 * journey.share),
            "failed": journey.failed,
            "counts": [teller.count(kind, count) for kind, count in journey.counts.most_common()],
            "lines": [teller.behind(moment) for moment in newest],
            "more": len(journey.happened) - len(newest),
        }


def _ahead(teller: Teller, found: dict[str, Any]) -> dict[str, Any]:
    """Now, the next moments, where the words lead, and the charge that is to fail."""
    now, moments = from_unix(found["now"]), found["moments"]
    goals = {
        word: next((teller.moment(from_unix(m["at"])) for m in moments if m["kind"] in kinds), "")
        for word, kinds in WORDS.items()
    }
    planned = found["next_charge"]
    people = {m["customer"]: m["email"] for m in moments if m["customer"] and m["email"]}
    return {
        "now": teller.moment(now),
        "moments": [teller.ahead(moment, now) for moment in moments[:AHEAD]],
        "renewal": goals["next-renewal"],
        "expiry": goals["card-expiry"],
        "planned": planned,
        "planned_for": people.get(planned["customer"], "") if planned else "",
        "people": sorted(people.items(), key=lambda one: (one[1], one[0])),
    }


def clock_router(settings: Settings, connect: Connect | None = None) -> APIRouter:
    """Routes below `/sandbox/clock/`; to be included in sandbox mode only."""
    page = ClockPage(settings, connect or (lambda: running_base(settings)))
    router = APIRouter(include_in_schema=False)
    router.add_api_route(PATH, page.show, methods=["GET"])
    router.add_api_route(f"{PATH}advance", page.advance, methods=["POST"])
    router.add_api_route(f"{PATH}next-charge", page.fail_next, methods=["POST"])
    return router
