"""The `soak` profile of `make soak`: the full counts; tests that set their own read PORTAL_SOAK."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("soak", max_examples=10_000, deadline=None, print_blob=True)
