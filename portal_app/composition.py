"""What every process of the portal has in common: logs, clocks and the database.

The web process adds pages and routes in `portal_app.py`; commands need no more than this.
"""

from __future__ import annotations

from portal_app import registry
from portal_app.kit import clock, db, failpoints, logging
from portal_app.provider import current
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.sandbox import read_clock
from portal_app.settings import Mode, Settings, get_settings

__all__ = ["install", "registry"]


def _business_clock(settings: Settings) -> clock.Clock:
    """Business time: the sandbox's when there is one, else the machine's (design.md §2.5)."""
    if settings.mode is not Mode.SANDBOX:
        return clock.SystemClock()
    return clock.FollowingClock(lambda: read_clock(settings.sandbox_path))


def install() -> db.Database:
    """Set the process up by its settings; returns the database it will use."""
    settings = get_settings()
    logging.configure()
    failpoints.arm(settings.portal_failpoint)
    clock.install(business=_business_clock(settings), wall=clock.SystemClock())
    database = db.Database(settings.database_url)
    db.install(database)
    current.install(StripeWriter(settings.stripe_key, settings.stripe_base))
    return database
