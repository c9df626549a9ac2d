"""`portal doctor`: every setting and everything reachable, each failure with its remedy."""

from __future__ import annotations

from collections.abc import AsyncIterator

from portal_app.operators.doctor.findings import Finding, Verdict, failure
from portal_app.operators.doctor.font_checks import check_fonts
from portal_app.operators.doctor.service_checks import (
    check_database,
    check_mail_server,
    check_redis,
)
from portal_app.operators.doctor.setting_checks import check_settings
from portal_app.operators.doctor.stripe_checks import check_stripe
from portal_app.settings import Settings, UnsafeSettings, get_settings

__all__ = ["Finding", "Verdict", "examine"]


async def examine() -> AsyncIterator[Finding]:
    """One finding after the other, the settings first; with unusable settings only that."""
    try:
        settings = get_settings()
    except UnsafeSettings as refused:
        yield failure("settings", str(refused), "set them in the environment or .env")
        return
    async for finding in _examine(settings):
        yield finding


async def _examine(settings: Settings) -> AsyncIterator[Finding]:
    for found in check_settings(settings):
        yield found
    async for found in check_database(settings):
        yield found
    if (fonts := await check_fonts(settings)) is not None:
        yield fonts
    yield await check_redis(settings)
    if (mail := await check_mail_server(settings)) is not None:
        yield mail
    async for found in check_stripe(settings):
        yield found
