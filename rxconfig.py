"""Reflex's settings, taken from ours. Read at build time and at start."""

import reflex as rx

from portal_app.kit.http.origin_free import BUILD_ORIGIN
from portal_app.settings import get_settings

_settings = get_settings()

config = rx.Config(
    app_name="portal_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # The default is "*" with credentials; design.md §6 wants our own origin and no other.
    cors_allowed_origins=[_settings.origin],
    deploy_url=None,
    api_url=BUILD_ORIGIN,
    redis_url=_settings.redis_url,
    state_manager_mode="redis" if _settings.redis_url else "memory",
    trusted_proxy_hops=_settings.proxy_hops,
    default_color_mode="system",
    frontend_compression_formats=["brotli", "gzip"],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
