"""The composition root of the web process: pages, frame, guard, HTTP routes, lifespan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager

import reflex as rx
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from reflex_base.event import Event
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from portal_app.api.app import create_api
from portal_app.branding.published import looks
from portal_app.branding.routes import router as brand_router
from portal_app.branding.service import brand_link
from portal_app.catalog.creators import CompanyCreators
from portal_app.declarations.routes import router as declarations_router
from portal_app.demo.clock_page import clock_router
from portal_app.demo.mailbox import mailbox_router
from portal_app.demo.webhooks import register_when_served
from portal_app.following import FOLLOWING
from portal_app.identity import pages as account_pages
from portal_app.identity.account import keep_locale
from portal_app.identity.account_routes import router as account_router
from portal_app.identity.guard import SessionGuard
from portal_app.identity.intake import install_intake
from portal_app.identity.oidc.providers import providers
from portal_app.identity.oidc.routes import router as oidc_router
from portal_app.identity.routes import router as sign_in_router
from portal_app.identity.sessions import has_session, sealed, session_of
from portal_app.identity.state import TabState
from portal_app.identity.stepup.routes import router as step_up_router
from portal_app.identity.tabs import open_tabs
from portal_app.ingest.live import LivePages, Told
from portal_app.ingest.outages import outage_since
from portal_app.ingest.routes import webhook_app
from portal_app.invoices import pages as invoice_pages
from portal_app.invoices.details import pages as details_pages
from portal_app.invoices.documents.routes import router as documents_router
from portal_app.invoices.recipients.routes import router as recipients_router
from portal_app.invoices.routes import router as export_router
from portal_app.jobs.queues import run_jobs
from portal_app.kit.db import database
from portal_app.kit.http.malformed import malformed
from portal_app.memberships import pages as membership_pages
from portal_app.memberships.routes import router as orders_router
from portal_app.notifications.pages import notice_section
from portal_app.notifications.state import NoticeSettingsState
from portal_app.operators.health import Readiness
from portal_app.operators.metrics import Measured, Metrics
from portal_app.operators.routes import health_routes, metrics_routes
from portal_app.payment_methods import pages as payment_method_pages
from portal_app.sandbox import AccountInUse
from portal_app.sandbox import create_app as create_sandbox_server
from portal_app.settings import Mode, Settings, get_settings
from portal_app.studio import pages as studio_pages
from portal_app.studio.brand.routes import router as studio_brand_router
from portal_app.studio.portal.routes import router as studio_portal_router
from portal_app.studio.preview.routes import router as preview_router
from portal_app.transfers import pages as transfer_pages
from portal_app.transfers.routes import router as transfer_router
from portal_app.ui import fallback
from portal_app.ui.connection import connection_banner
from portal_app.ui.errors import error_boundary, not_found_page
from portal_app.ui.freshness import use_freshness
from portal_app.ui.i18n import t
from portal_app.ui.i18n_routes import language_router
from portal_app.ui.page_errors import log_handler_error, log_page_error
from portal_app.ui.shell import NavLink, Shell, use_shell

# `asgi.py` takes these from here: what it serves, and what it asks about a document request.
__all__ = [
    "app",
    "brand_link",
    "create_api",
    "create_sandbox",
    "create_webhooks",
    "has_session",
    "measured",
    "sealed",
    "session_of",
]

log = logging.getLogger(__name__)
METRICS = Metrics()
SKELETONS: dict[str, fallback.SkeletonKind] = {
    "/orders/": "list",
    "/billing/details/": "detail",
    "/billing/history/inv": "detail",
    "/billing/history/pay": "detail",
    "/billing/history/": "list",
    "/login/": "form",
    "/studio/": "list",
}


def create_http() -> FastAPI:
    """The HTTP routes beside the pages; they win over pages of the same path."""
    settings = get_settings()
    providers()  # what is wrong with them is said at the start
    http = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={RequestValidationError: malformed},
    )
    http.include_router(
        language_router(
            origin=settings.origin, mode=settings.mode, skeletons=SKELETONS, keep=keep_locale
        )
    )
    http.include_router(sign_in_router)
    http.include_router(step_up_router)
    http.include_router(oidc_router)
    http.include_router(account_router)
    http.include_router(brand_router)
    http.include_router(studio_brand_router)
    http.include_router(studio_portal_router)
    http.include_router(preview_router)
    http.include_router(orders_router)
    http.include_router(documents_router)
    http.include_router(recipients_router)
    http.include_router(transfer_router)
    http.include_router(export_router)
    http.include_router(declarations_router)
    http.include_router(health_routes(Readiness(database, settings.redis_url)))
    if token := settings.portal_metrics_token.get_secret_value():
        http.include_router(metrics_routes(METRICS, token))
    if settings.mode is Mode.SANDBOX:
        http.include_router(mailbox_router())
        http.include_router(clock_router(settings))
    return http


def create_webhooks() -> Starlette:
    """What Stripe posts to."""
    settings = get_settings()
    live = settings.mode is Mode.LIVE
    return webhook_app(database, secrets=settings.webhook_secrets, live=live)


def create_sandbox() -> ASGIApp | None:
    """The Stripe-shaped server below `/sandbox/stripe`, when there is no Stripe key.

    A second web process leaves it to the first: one process serves an account.
    """
    settings = get_settings()
    if settings.mode is not Mode.SANDBOX:
        return None
    try:
        server = create_sandbox_server(settings.sandbox_path, settings.stripe_base or "")
    except AccountInUse as elsewhere:
        log.warning("the sandbox is left to another process", extra={"fields": {"why": elsewhere}})
        return None
    return Starlette(routes=[Mount("/sandbox/stripe", app=server)])


async def _hear_from_sandbox(settings: Settings) -> None:
    if settings.mode is Mode.SANDBOX:
        await register_when_served(settings)


def _live_pages(app: rx.App) -> LivePages:
    """Tabs of this process read again, through the guard, when something of theirs changed."""

    def connected() -> Container[str]:
        return app.event_namespace.token_to_sid if app.event_namespace else ()

    async def push(token: str) -> Told:
        events = Event.from_event_type(list(FOLLOWING))
        pushed = await app.event_processor.enqueue_many(token, *events)
        return asyncio.gather(*pushed, return_exceptions=True)

    return LivePages(database, open_tabs, connected, push, looks.reread)


def measured(front: ASGIApp) -> ASGIApp:
    """*front* with its requests counted, when somebody may read the count."""
    read = get_settings().portal_metrics_token.get_secret_value()
    return Measured(front, METRICS) if read else front


@asynccontextmanager
async def running(app: rx.App) -> AsyncIterator[None]:
    """What a web process does while it runs; at the end it lets the database go."""
    settings, stop = get_settings(), asyncio.Event()
    work = [
        asyncio.create_task(run_jobs(settings, stop)),
        asyncio.create_task(_live_pages(app).run_forever(stop)),
    ]
    sandbox = asyncio.create_task(_hear_from_sandbox(settings))
    try:
        yield
    finally:
        stop.set()
        sandbox.cancel()
        await asyncio.gather(*work, sandbox, return_exceptions=True)
        await database().close()


def create_app() -> rx.App:
    """The Reflex app: frame, guard and everything else but its pages."""
    app = rx.App(
        toaster=None,
        stylesheets=["/portal.css"],
        hydrate_fallback=fallback.hydrate_fallback,
        head_components=[
            rx.el.script(src="/i18n.js"),
            rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
            rx.el.meta(name="robots", content="noindex"),
            rx.el.meta(name="color-scheme", content="light dark"),
        ],
        api_transformer=create_http(),
        backend_exception_handler=log_handler_error,
        frontend_exception_handler=log_page_error,
    )
    # Both inject styles that the content policy refuses; ours stand in for them.
    app.app_wraps.pop((5, "Overlay"))
    app.app_wraps[5, "Connection"] = connection_banner
    app.app_wraps[55, "ErrorBoundary"] = error_boundary
    app.add_middleware(SessionGuard(CompanyCreators()))
    install_intake(app)
    app.register_lifespan_task(running)
    return app


def add_pages(app: rx.App) -> None:
    """Every page, each registered by its domain."""
    app.add_page(not_found_page, route="404", title=t("We can't find that page"))
    membership_pages.register(app)
    transfer_pages.register(app)
    payment_method_pages.register(app)
    notices = account_pages.AccountSection(notice_section, NoticeSettingsState.load)
    account_pages.register(app, (notices,))
    details_pages.register(app)
    invoice_pages.register(app)
    studio_pages.register(app)


use_freshness(lambda: outage_since(database()))
use_shell(
    Shell(
        links=(
            NavLink(t("Orders"), "/orders/"),
            NavLink(t("Payment methods"), "/payment-methods/"),
            NavLink(t("Billing history"), "/billing/history/"),
            NavLink(t("Account"), "/account/"),
            NavLink(t("Studio"), "/studio/", shown=TabState.is_creator),
        ),
        account=TabState.email,
        warning=account_pages.session_warning,
        rights=(
            NavLink(t("Cancel contracts here"), "/cancel/"),
            NavLink(t("Withdraw from contract here"), "/withdraw/"),
        ),
    )
)
membership_pages.install_banner()
app = create_app()
add_pages(app)
