"""The peer of `peer.py` as a WSGI application: Django with dj-stripe, set up as its pages say.

Runs in an environment of its own, never in the portal's. Where there was a choice it is the one
that is kind to the peer: connections are kept, and SQLite writes ahead and doesn't wait for the
disk at each commit (the portal's does).
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path


def _database(url: str) -> dict[str, Any]:
    """Django's description of *url*, which is written as the portal's is."""
    if url.startswith("sqlite"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.partition(":///")[2],
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username,
        "HOST": parts.hostname,
        "PORT": parts.port,
        "CONN_MAX_AGE": 600,
    }


def stored_only(_trigger: object, api_key: str | None = None) -> None:
    """What a project does that leaves the work to a queue, without the cost of that queue."""


_accept_only = {"DJSTRIPE_WEBHOOK_EVENT_CALLBACK": stored_only}
settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",  # noqa: S106 -- a bench's
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    DATABASES={"default": _database(os.environ["PEER_DATABASE_URL"])},
    # Tables are made as the models are: the migrations, one by one, take minutes on SQLite.
    MIGRATION_MODULES=dict.fromkeys(("auth", "contenttypes", "djstripe")),
    STRIPE_LIVE_MODE=False,
    STRIPE_TEST_SECRET_KEY=os.environ["PEER_STRIPE_KEY"],
    STRIPE_API_HOST=os.environ["PEER_STRIPE_BASE"],
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    **(_accept_only if os.environ.get("PEER_ACCEPTS_ONLY") else {}),
)
django.setup()
urlpatterns = [path("stripe/", include("djstripe.urls", namespace="djstripe"))]
application = get_wsgi_application()
