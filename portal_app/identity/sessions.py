"""Who a cookie header belongs to: a row per signed-in browser, asked on each event and request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import cookie_parser

from portal_app.identity import repository
from portal_app.identity.actor import Actor
from portal_app.identity.codes import keyed
from portal_app.identity.known_devices import forget_all
from portal_app.identity.models import LoginSession
from portal_app.identity.rules import ABSOLUTE_LIFETIME, IDLE_LIFETIME, SEEN_EVERY, is_live
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.tokens import new_token
from portal_app.settings import get_settings
from portal_app.ui.catalogue import LOCALE_COOKIE, LOCALES
from portal_app.ui.zones import UTC_ZONE, ZONE_COOKIE, known_zone

_SEALED: Final = "portal_session_digest"
LONGEST_AGENT: Final = 200


def session_cookie() -> str:
    """`__Host-` on https; a plain name on http loopback, where browsers refuse the other."""
    return "__Host-portal_session" if get_settings().secure_cookies else "portal_session"


def browser_cookie() -> str:
    """The cookie that binds a sign-in request to the browser that asked."""
    return "__Host-portal_browser" if get_settings().secure_cookies else "portal_browser"


def device_cookie() -> str:
    """The cookie by which a browser that was here before is known again; it signs nobody in."""
    return "__Host-portal_device" if get_settings().secure_cookies else "portal_device"


def cookies_of(cookie_header: str) -> dict[str, str]:
    return cookie_parser(cookie_header) if cookie_header else {}


def sealed(cookie_header: str) -> str:
    """What event handlers get in place of a raw `Cookie` header: whose session, language, zone.

    Reflex keeps it in the tab's state, which stands in Redis when several processes serve. The
    digest opens nothing there: over HTTP it is no cookie of ours, and a socket's own is dropped.
    """
    cookies = cookies_of(cookie_header)
    token, chosen = cookies.get(session_cookie()), cookies.get(LOCALE_COOKIE, "")
    kept = [f"{_SEALED}={keyed(token)}"] if token else []
    kept += [f"{LOCALE_COOKIE}={chosen}"] if chosen in LOCALES else []
    zone = known_zone(cookies.get(ZONE_COOKIE, ""))
    kept += [f"{ZONE_COOKIE}={zone}"] if zone else []
    return "; ".join(kept)


async def find_actor(cookie_header: str) -> Actor | None:
    """The signed-in person of a raw `Cookie` header, from the database each time."""
    cookies = cookies_of(cookie_header)
    token = cookies.get(session_cookie())
    return await _find(keyed(token), cookies, active=True) if token else None


async def actor_of_event(sealed_header: str, *, active: bool) -> Actor | None:
    """The signed-in person of a `sealed` header, from the database each time.

    *active* False is for events that we pushed ourselves: they don't count as activity, so that an
    open tab alone doesn't keep a session alive.
    """
    cookies = cookies_of(sealed_header)
    digest = cookies.get(_SEALED)
    return await _find(digest, cookies, active=active) if digest else None


async def _find(token_digest: str, cookies: dict[str, str], *, active: bool) -> Actor | None:
    row = await repository.session_by_token(token_digest)
    if row is None or row["revoked_at"] is not None:
        return None
    now, last_seen_at = wall_now(), _aware(row["last_seen_at"])
    if not is_live(last_seen_at=last_seen_at, expires_at=_aware(row["expires_at"]), now=now):
        return None
    if active and now - last_seen_at >= SEEN_EVERY:
        async with database().unit_of_work() as session:
            await repository.mark_seen(session, row["session_id"], now)
    zone = row["zone"] or known_zone(cookies.get(ZONE_COOKIE, ""))
    if zone and not row["zone"]:
        # Once in an account's life: mails are written where no browser is asked.
        async with database().unit_of_work() as session:
            await repository.keep_first_zone(session, row["person_id"], zone)
    chosen = cookies.get(LOCALE_COOKIE, "")
    return Actor(
        person_id=row["person_id"],
        session_id=row["session_id"],
        email=row["email"],
        locale=chosen if chosen in LOCALES else row["locale"],
        zone=zone or UTC_ZONE,
    )


async def has_session(cookie_header: str) -> bool:
    """Whether a page request comes from somebody signed in; it counts as activity."""
    return await find_actor(cookie_header) is not None


def session_of(cookie_header: str) -> str:
    """Under which name the sockets of a browser are counted; empty without a session cookie.

    Nobody is asked whether the session lives: a digest of anything will do.
    """
    token = cookies_of(cookie_header).get(session_cookie())
    return keyed(token) if token else ""


async def person_of_token(token: str) -> str | None:
    """Whose session *token* is or was, ended or not."""
    row = await repository.session_by_token(keyed(token))
    return None if row is None else str(row["person_id"])


async def start_session(
    session: AsyncSession,
    *,
    person_id: str,
    user_agent: str,
    now: datetime,
    device_id: str = "",
) -> str:
    """A new session; returns its token, which is kept nowhere else."""
    token = new_token()
    session.add(
        LoginSession(
            person_id=person_id,
            token_digest=keyed(token),
            user_agent=user_agent,
            device_id=device_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_LIFETIME,
        )
    )
    await session.flush()
    return token


async def end_session(token: str) -> None:
    """Sign-out: from now on every event and request with *token* is a stranger's."""
    async with database().unit_of_work() as session:
        await repository.revoke_token(session, keyed(token), wall_now())


async def end_all_sessions(actor: Actor) -> None:
    """Sign out everywhere, here included."""
    async with database().unit_of_work() as session:
        await end_sessions_of(session, actor.person_id)


async def end_sessions_of(session: AsyncSession, person_id: str) -> None:
    """Sign somebody out everywhere; their next sign-in is told of, in whatever browser."""
    await repository.revoke_all_of(session, person_id, wall_now())
    await forget_all(session, person_id)


def _aware(value: datetime | str) -> datetime:
    """A time of the hot read path: SQLite's driver hands out UTC text, PostgreSQL's a datetime."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


async def seconds_left(cookie_header: str) -> tuple[int, bool]:
    """How long the session lasts without use, and whether use can't put that off; no activity."""
    token = cookies_of(cookie_header).get(session_cookie())
    row = await repository.session_by_token(keyed(token)) if token else None
    if row is None or row["revoked_at"] is not None:
        return 0, True
    now = wall_now()
    idle = _aware(row["last_seen_at"]) + IDLE_LIFETIME - now
    absolute = _aware(row["expires_at"]) - now
    return max(0, int(min(idle, absolute).total_seconds())), absolute <= idle
