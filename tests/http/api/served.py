"""What granian serves in `test_whop_sdk.py`: the API alone, on the database of the environment."""

from __future__ import annotations

from starlette.types import ASGIApp

from portal_app import registry
from portal_app.api.app import create_api
from portal_app.kit import db, logging
from portal_app.provider import current
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.settings import get_settings

assert registry  # importing it maps every table


def create() -> ASGIApp:
    logging.configure()
    db.install(db.Database(get_settings().database_url))
    settings = get_settings()
    current.install(StripeWriter(settings.stripe_key, settings.stripe_base))
    return create_api()
