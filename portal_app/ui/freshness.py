"""How old a page's facts are, said while the payment provider does not answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import reflex as rx

from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts.content import alert
from portal_app.ui.reader import Reader

OutageSince = Callable[[], Awaitable[datetime | None]]


async def _never() -> datetime | None:
    return None


_source: list[OutageSince] = [_never]


def use_freshness(outage_since: OutageSince) -> None:
    """Say where it is known since when there is no answer; the composition root does this."""
    _source[:] = [outage_since]


class FreshnessState(rx.State):
    """*as_of* is when the facts of this tab were last confirmed; empty while they are current."""

    as_of: str = ""


async def freshen(state: rx.State, reader: Reader) -> None:
    """Call whenever a page reads its facts."""
    since = await _source[0]()
    fresh = await state.get_state(FreshnessState)
    fresh.as_of = reader.moment(since) if since else ""


def freshness_banner() -> rx.Component:
    """Always in the page, so that readers hear when it appears."""
    return rx.el.div(
        rx.cond(
            FreshnessState.as_of != "",
            alert(
                "info",
                t_fill("What you see is as of {moment}", moment=FreshnessState.as_of),
                t("The payment provider isn't answering right now. Your memberships go on."),
            ),
        ),
        class_name="notices",
        role="status",
        aria_live="polite",
    )
