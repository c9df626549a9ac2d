"""What granian serves: `granian --interface asgi --factory portal_app.asgi:application`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from portal_app.kit.http.dispatch import Dispatch
from portal_app.kit.http.documents import BrandLink, Documents
from portal_app.kit.http.gate import HasSession, SignInGate
from portal_app.kit.http.headers import SecurityHeaders
from portal_app.kit.http.same_origin import SameOrigin
from portal_app.kit.http.sockets import SocketGuard

CLIENT = Path(".web") / "build" / "client"
PRIVATE = ("/orders/", "/billing/", "/payment-methods/", "/account/", "/studio/")
NEVER_STORED = (
    *PRIVATE,
    *("/cancel/", "/confirmations/", "/withdraw/"),
    *("/api/", "/auth/", "/invoices/", "/locale", "/login", "/receipts/", "/recipients/"),
    *("/preview/", "/sandbox/", "/transfer/", "/webhooks/"),
)
# These carry a proof of their own: an API key, Stripe's signature, the sandbox's key.
OTHER_PROOF = ("/api/", "/webhooks/", "/sandbox/stripe")

# The pages with fields for a card or a bank's page, and what their documents may load from whom.
# docs.stripe.com/security/guide#content-security-policy
CARD_PAGES = (
    "/payment-methods/add/",
    "/billing/manage/:member_id/pay/",
    "/billing/manage/:member_id/rejoin/",
)
STRIPE_SOURCES = {
    "script-src": "https://js.stripe.com https://*.js.stripe.com",
    "frame-src": "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    "connect-src": "https://api.stripe.com",
}
STAND_IN_SOURCES = {"frame-src": "'self'"}
# The pages that show mails and documents of ours in a frame; they are entered by full loads.
FRAMING_PAGES = ("/preview/:preview_token/", "/studio/brand/", "/studio/portal/")
FRAMES = {"frame-src": "'self'"}

# Reflex reads these when it is imported. Internal names of 0.10.1 (`__…`): a start without Node
# and without a build depends on them, and tests/http/test_asgi.py notices when they change.
REFLEX = {
    "REFLEX_ENV_MODE": "prod",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    # The largest event of ours is a form; the default would let strangers send a megabyte.
    "REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE": "65536",
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
}


def application() -> ASGIApp:
    """The whole portal as one ASGI application; the front end must have been built."""
    os.environ.update(REFLEX)
    # Not before the variables are set; and importing it registers every page and table.
    from portal_app import composition  # noqa: PLC0415
    from portal_app import portal_app as root  # noqa: PLC0415
    from portal_app.settings import Mode, get_settings  # noqa: PLC0415

    composition.install()
    settings = get_settings()
    served = front(
        root.app(),
        api=root.create_api(),
        webhooks=root.create_webhooks(),
        sandbox=root.create_sandbox(),
        origin=settings.origin,
        client=CLIENT,
        has_session=root.has_session,
        brand_link=root.brand_link,
        card_sources=STAND_IN_SOURCES if settings.mode is Mode.SANDBOX else STRIPE_SOURCES,
        guard_sockets=partial(
            SocketGuard,
            origin=settings.origin,
            session_of=root.session_of,
            seal=root.sealed,
            hops=settings.proxy_hops,
            # In sandbox mode every visitor of a developer's machine comes from there.
            count_loopback=settings.mode is not Mode.SANDBOX,
        ),
    )
    return root.measured(served)


def front(
    pages: ASGIApp,
    *,
    api: ASGIApp,
    origin: str,
    client: Path,
    webhooks: ASGIApp | None = None,
    sandbox: ASGIApp | None = None,
    has_session: HasSession | None = None,
    brand_link: BrandLink | None = None,
    card_sources: Mapping[str, str] = STRIPE_SOURCES,
    guard_sockets: Callable[[ASGIApp], ASGIApp] | None = None,
) -> ASGIApp:
    """Everything that stands between the network and *pages* (Reflex), outermost last."""
    also = dict.fromkeys(CARD_PAGES, card_sources)
    also |= dict.fromkeys(FRAMING_PAGES, FRAMES)
    app: ASGIApp = Documents(pages, client=client, brand_link=brand_link, also=also)
    if guard_sockets is not None:
        app = guard_sockets(app)
    if has_session is not None:
        app = SignInGate(app, has_session=has_session, private=PRIVATE, home="/orders/")
    app = Dispatch(app, prefix="/api/", special=api)
    if webhooks is not None:
        app = Dispatch(app, prefix="/webhooks/", special=webhooks)
    if sandbox is not None:
        app = Dispatch(app, prefix="/sandbox/stripe/", special=sandbox)
    app = SameOrigin(app, origin=origin, exempt=OTHER_PROOF)
    return SecurityHeaders(app, https=origin.startswith("https://"), never_stored=NEVER_STORED)
