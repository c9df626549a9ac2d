"""The peer's tables and its one webhook endpoint; runs in the peer's environment."""

from __future__ import annotations

import os

from django.core.management import call_command

from bench import peer_django

assert peer_django.application  # noqa: S101 -- importing it sets Django up
from djstripe.models import WebhookEndpoint  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
WebhookEndpoint.objects.create(
    id="we_bench",
    djstripe_uuid=os.environ["PEER_ENDPOINT"],
    secret=os.environ["PEER_SECRET"],
    url="http://127.0.0.1/",
    enabled_events=["*"],
    status="enabled",
    livemode=False,
)
