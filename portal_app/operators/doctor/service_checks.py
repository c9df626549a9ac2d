"""What the portal reaches beside Stripe: database, queues, Redis, mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Final

import aiosmtplib
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal_app import startup
from portal_app.ingest import turns
from portal_app.ingest.models import Reconciliation
from portal_app.ingest.turns import Kind
from portal_app.invariants.rules import RULES
from portal_app.invariants.service import violations
from portal_app.jobs.backlog import LATE, Backlog, backlogs
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications.notices.switches import sent_kinds
from portal_app.notifications.transports import SmtpTransport, choose_transport
from portal_app.operators.doctor.findings import Finding, failure, fine, warning
from portal_app.operators.doctor.notice_checks import notices_said
from portal_app.operators.health import redis_answers
from portal_app.settings import Settings

# Six times in a row it did not come to its end.
OVERDUE: Final = timedelta(hours=1)


async def check_database(settings: Settings) -> AsyncIterator[Finding]:
    """Reachable, at the schema of this version, writable; then the queues in it."""
    try:
        database = Database(settings.database_url)
    except (SQLAlchemyError, OSError, ImportError) as error:
        yield _unreachable(settings, error)
        return
    try:
        revision = await startup.revision(database)
    except (SQLAlchemyError, OSError) as error:
        yield _unreachable(settings, error)
    else:
        yield fine("database", database.url.render_as_string(hide_password=True))
        async for finding in _schema(settings, database, revision):
            yield finding
    finally:
        await database.close()


def _unreachable(settings: Settings, error: Exception) -> Finding:
    where = "the file and its folder" if "sqlite" in settings.database_url else "server and access"
    return failure(
        "database",
        f"does not answer: {_cause(error)}",
        f"check PORTAL_DATABASE_URL, {where}",
    )


def _cause(error: Exception) -> str:
    """The driver's own first line; what SQLAlchemy adds is for developers."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


async def _schema(settings: Settings, database: Database, revision: str) -> AsyncIterator[Finding]:
    head = startup.head()
    if revision != head:
        yield failure(
            "schema",
            f"at {revision or 'nothing'}, this version needs {head}",
            "run `portal migrate` (after `portal backup`), or start the version it belongs to",
        )
        return
    yield fine("schema", f"at {head}")
    yield await _writable(database)
    try:
        for backlog in await backlogs(database):
            yield _queue(backlog)
        yield _compared(await turns.standing(database))
        async with database.reading() as session:
            yield notices_said(settings, await sent_kinds(session))
        async for finding in _invariants(database):
            yield finding
    except SQLAlchemyError as error:
        mend = "let the database's user read and write every table of the portal"
        yield failure("tables", f"can't be read: {_cause(error)}", mend)


async def _writable(database: Database) -> Finding:
    """Takes a write lock and changes nothing."""
    try:
        async with database.unit_of_work() as session:
            await session.execute(
                text("UPDATE alembic_version SET version_num = version_num WHERE 1 = 0")
            )
    except SQLAlchemyError as error:
        return failure(
            "writing",
            f"refused: {_cause(error)}",
            "point PORTAL_DATABASE_URL at the primary, with a user that may write",
        )
    return fine("writing", "allowed")


def _queue(backlog: Backlog) -> Finding:
    about = f"queue {backlog.queue}"
    if backlog.is_late:
        minutes = int(LATE.total_seconds() // 60)
        return failure(
            about,
            f"{backlog.waiting} rows wait, the first for more than {minutes} minutes",
            "start `portal worker` or `portal serve`, and read their log",
        )
    if backlog.dead:
        return warning(
            about,
            f"{backlog.dead} rows were given up",
            f"see the column last_error in the table {backlog.queue}",
        )
    return fine(about, f"{backlog.waiting} waiting")


def _compared(rows: Mapping[Kind, Reconciliation]) -> Finding:
    about, events = "reconciliation", rows.get(Kind.EVENTS)
    if events is None or events.cursor_at is None or events.finished_at is None:
        return warning(about, "nothing was imported yet", "run `portal sync`")
    at = f"{events.finished_at:%Y-%m-%d %H:%M} UTC"
    if wall_now() - events.finished_at > OVERDUE:
        mend = "start `portal worker` or `portal serve`, or run `portal reconcile`; read their log"
        return failure(about, f"Stripe's log was last read at {at}", mend)
    return fine(about, f"Stripe's log was read at {at}")


async def _invariants(database: Database) -> AsyncIterator[Finding]:
    """Every row against every rule; those about queues were said with the queues."""
    rules = [rule for rule in RULES if rule.is_swept]
    broken = await violations(database, rules)
    for one in broken:
        says = f"{one.rule.says} Not so: {', '.join(one.ids)}"
        yield failure(f"invariant {one.rule.name}", says, one.rule.mend)
    if not broken:
        yield fine("invariants", f"all {len(rules)} hold")


async def check_redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return fine("redis", "not used: one web process only")
    try:
        await redis_answers(settings.redis_url)
    except (RedisError, OSError, ValueError) as error:
        return failure(
            "redis",
            f"does not answer: {error}",
            "check PORTAL_REDIS_URL and the server, or unset it for a single web process",
        )
    return fine("redis", "answers")


async def check_mail_server(settings: Settings) -> Finding | None:
    """Connects and signs in as sending would; sends nothing. None without a server to ask."""
    try:
        transport = choose_transport(settings)
    except ValueError:
        return None  # said among the settings
    if not isinstance(transport, SmtpTransport):
        return None
    where = f"{transport.host}:{transport.port}"
    try:
        await _greet(transport)
    except aiosmtplib.SMTPAuthenticationError:
        mend = "check the user and password in PORTAL_SMTP_URL"
        return failure("mail server", f"{where} refuses the password", mend)
    except (aiosmtplib.SMTPException, OSError) as error:
        mend = "check host, port and TLS in PORTAL_SMTP_URL: smtp:// is STARTTLS, smtps:// is TLS"
        return failure("mail server", f"{where} does not take mail: {error}", mend)
    return fine("mail server", f"{where} answers")


async def _greet(transport: SmtpTransport) -> None:
    client = aiosmtplib.SMTP(
        hostname=transport.host,
        port=transport.port,
        username=transport.username,
        password=transport.password,
        use_tls=transport.tls,
        start_tls=transport.start_tls,
        timeout=5,
    )
    async with client:
        await client.noop()
