"""Each setting by itself; nothing here leaves the machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dotenv import dotenv_values

from portal_app.asgi import CLIENT
from portal_app.notifications.transports import choose_transport
from portal_app.operators.doctor.findings import Finding, failure, fine, warning
from portal_app.settings import DOTENV, SHORTEST_SECRET, CardForm, Mode, Settings

ENVIRONMENTS: Final = frozenset({"development", "production"})
LEAST_FREE: Final = 0.1
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# Read by others than `Settings`: sign-in through other providers, the sandbox's own process, tests.
_OTHERS: Final = ("PORTAL_OIDC_", "PORTAL_SANDBOX_PATH", "PORTAL_SOAK")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Every finding about the settings, in the order of the runbook's table."""
    yield _mode(settings)
    yield _origin(settings)
    yield _environment(settings)
    yield _data_directory(settings)
    yield _secret_key(settings)
    yield _mail(settings)
    yield _proxies(settings)
    yield _publishable_key(settings)
    yield _metrics(settings)
    yield from _unknown_names()
    yield _front_end()


def _mode(settings: Settings) -> Finding:
    says = {
        Mode.SANDBOX: "sandbox: no Stripe key, nothing here is real",
        Mode.TEST: "test: Stripe's test mode, no money moves",
        Mode.LIVE: "live: real customers and real money",
    }
    return fine("mode", says[settings.mode])


def _origin(settings: Settings) -> Finding:
    if settings.secure_cookies or urlsplit(settings.origin).hostname in _LOCAL:
        return fine("origin", settings.origin)
    return failure(
        "origin",
        f"{settings.origin} is plain http: sign-in cookies could be read on the way",
        "set PORTAL_ORIGIN to the https address that your proxy answers on",
    )


def _environment(settings: Settings) -> Finding:
    if settings.portal_env in ENVIRONMENTS:
        return fine("environment", settings.portal_env)
    return failure(
        "environment",
        f"PORTAL_ENV is “{settings.portal_env}”, which means nothing",
        f"set PORTAL_ENV to {' or '.join(sorted(ENVIRONMENTS))}",
    )


def _data_directory(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return failure(
            "data directory",
            f"{folder} can't be written: {error.strerror}",
            "give the portal's user that folder, or set PORTAL_DATA_DIR to one it owns",
        )
    usage = shutil.disk_usage(folder)
    if usage.free < usage.total * LEAST_FREE:
        percent = 100 * usage.free // usage.total
        return warning(
            "data directory",
            f"{percent} % of the disk is free",
            "make room: a full disk stops every write",
        )
    return fine("data directory", str(folder))


def _secret_key(settings: Settings) -> Finding:
    if settings.has_long_secret:
        return fine("secret key", "given")
    if settings.portal_secret_key.get_secret_value():
        return failure(
            "secret key",
            "PORTAL_SECRET_KEY is short enough to be guessed",
            f"set it to {SHORTEST_SECRET} random characters or more",
        )
    where = settings.data_dir.absolute() / "secret_key"
    if settings.mode is Mode.SANDBOX:
        return fine("secret key", f"kept in {where}")
    return warning(
        "secret key",
        f"kept in {where}: API keys and sessions die with that file",
        "set PORTAL_SECRET_KEY or PORTAL_SECRET_KEY_FILE, and keep it with your backups",
    )


def _mail(settings: Settings) -> Finding:
    try:
        choose_transport(settings)
    except ValueError as reason:
        return failure(
            "mail",
            f"nobody can sign in: {str(reason).rstrip('.')}",
            "set PORTAL_SMTP_URL=smtp://user:password@host:587 and PORTAL_MAIL_FROM",
        )
    if not settings.portal_smtp_url.get_secret_value():
        return fine("mail", f"kept in the sandbox's mailbox, {settings.origin}/sandbox/mail/")
    return fine("mail", f"from {settings.portal_mail_from}")


def _proxies(settings: Settings) -> Finding:
    hops = settings.proxy_hops
    if hops < 0:
        return failure("proxies", "PORTAL_PROXY_HOPS is negative", "set it to 0 or more")
    if settings.secure_cookies and hops == 0:
        return warning(
            "proxies",
            "https without a proxy of yours: every client would seem to be the proxy",
            "set PORTAL_PROXY_HOPS=1 if one proxy in front ends TLS",
        )
    return fine("proxies", f"{hops} in front")


def _publishable_key(settings: Settings) -> Finding:
    if settings.portal_card_form is CardForm.REDIRECT:
        return fine("cards", "added on Stripe's own page")
    if settings.stripe_publishable_key or settings.mode is Mode.SANDBOX:
        return fine("cards", "Stripe's form can be shown")
    return warning(
        "cards",
        "no publishable key: nobody can add a card",
        "set STRIPE_PUBLISHABLE_KEY to the pk_… of your secret key, or PORTAL_CARD_FORM=redirect",
    )


def _metrics(settings: Settings) -> Finding:
    given = settings.portal_metrics_token.get_secret_value()
    return fine("metrics", "/metrics answers the token" if given else "off: no token is set")


def _unknown_names() -> Iterator[Finding]:
    """Names that look like ours and are not: a typing error would be silent otherwise."""
    known = {field.upper() for field in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    for name in sorted({**dotenv_values(DOTENV), **os.environ}):
        if not name.startswith(("PORTAL_", "STRIPE_")) or name in known or name.startswith(_OTHERS):
            continue
        close = get_close_matches(name, known, n=1)
        meant = f"did you mean {close[0]}?" if close else "docs/runbook.md lists every setting"
        yield warning("settings", f"{name} is no setting of the portal", meant)


def _front_end() -> Finding:
    if (CLIENT / "404.html").exists():
        return fine("front end", "built")
    return failure(
        "front end",
        f"there is no build in {Path.cwd()}",
        "run `make build`, and start the portal in that folder",
    )
