"""Reflex's settings for the empty app; like the portal's where they cost memory or time."""

import reflex as rx

config = rx.Config(
    app_name="empty_app",
    telemetry_enabled=False,
    state_manager_mode="memory",
    disable_plugins=[rx.plugins.SitemapPlugin],
)
