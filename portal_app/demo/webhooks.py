"""The sandbox's webhooks to this portal: where they go, and waiting until they have come."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import httpx

from portal_app.demo.control import SandboxControl
from portal_app.ingest.inbox import is_worked_off
from portal_app.kit.db import Database
from portal_app.settings import Settings

logger = logging.getLogger(__name__)
NAME: Final = "portal"
PAUSE_SECONDS: Final = 0.1
LONGEST_START: Final = 60.0
LONGEST_WAIT: Final = 60.0


async def register(settings: Settings, base: str) -> None:
    """Let the sandbox at *base* send its events to this portal, wherever it is served now."""
    control = SandboxControl(base, settings.stripe_key)
    url = f"{settings.origin}/webhooks/stripe"
    await control.register_webhook(NAME, url, settings.webhook_secrets[0])


async def register_when_served(settings: Settings) -> None:
    """As the web process starts: the sandbox answers as soon as the process itself does."""
    for _ in range(int(LONGEST_START / PAUSE_SECONDS)):
        try:
            await register(settings, settings.stripe_base or "")
        except httpx.HTTPError:
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
    logger.warning("the sandbox did not answer; its changes will not reach open pages")


async def caught_up(settings: Settings, db: Database, base: str) -> bool:
    """Wait until the portal has received and worked on all events; False when that takes long."""
    control = SandboxControl(base, settings.stripe_key)
    for _ in range(int(LONGEST_WAIT / PAUSE_SECONDS)):
        if not await control.undelivered() and await is_worked_off(db):
            return True
        await asyncio.sleep(PAUSE_SECONDS)
    return False
