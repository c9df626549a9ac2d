"""The one banner above every signed-in page; what it says is another storey's business."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import reflex as rx

log = logging.getLogger(__name__)


async def _nothing(_state: rx.State) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Banner:
    """*build* makes the component, *refresh* brings its state for the page that begins."""

    build: Callable[[], rx.Component] = rx.fragment
    refresh: Callable[[rx.State], Awaitable[None]] = _nothing


_banners = [Banner()]


def use_banner(banner: Banner) -> None:
    """Set what stands above pages. Call it before they are compiled; they ask when they are."""
    _banners[:] = [banner]


def current_banner() -> rx.Component:
    return _banners[-1].build()


async def refresh_banner(state: rx.State) -> None:
    """Whatever goes wrong here, the page itself goes on."""
    try:
        await _banners[-1].refresh(state)
    except Exception:
        log.exception("the banner could not be refreshed")
