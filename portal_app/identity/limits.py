"""How often one may ask for a code or try one.

Figures from research/quality.md §1.3. The limits of an address are forgiven when it is proved:
they are there against mail floods and guessing, and whoever reads the mailbox does neither.
"""

from __future__ import annotations

import logging

from portal_app.identity.codes import keyed
from portal_app.kit.errors import TooManyRequests
from portal_app.kit.http.peer import network_of
from portal_app.kit.limits import Counter, Limit, counter_at
from portal_app.settings import Mode, get_settings

logger = logging.getLogger(__name__)


CODES_PER_ADDRESS = (Limit("code-mail-minute", 6, 60), Limit("code-mail-hour", 12, 3600))
CODES_PER_IP = (Limit("code-ip-hour", 30, 3600),)
TRIES_PER_BROWSER = (Limit("try-browser", 30, 600),)
TRIES_PER_IP = (Limit("try-ip-hour", 120, 3600),)


def counter() -> Counter:
    """The process's counter."""
    return counter_at(get_settings().redis_url)


async def admit_request(address_key: str, ip: str) -> None:
    """Count a request for a code; raises TooManyRequests."""
    await admit(CODES_PER_IP, network(ip))
    await admit_code(address_key)


async def admit_code(address_key: str) -> None:
    """Count one more code to a mailbox, asked for by whom it is of; raises TooManyRequests."""
    await admit(CODES_PER_ADDRESS, address_key)


async def admit_try(browser_token: str, ip: str) -> None:
    """Count an attempt to use a code or link; raises TooManyRequests."""
    await admit(TRIES_PER_IP, network(ip))
    await admit(TRIES_PER_BROWSER, browser_token)


async def forgive(address_key: str) -> None:
    """The address was proved: what was asked for it before no longer counts."""
    for limit in CODES_PER_ADDRESS:
        await counter().forget(_key(limit, address_key))


async def admit(limits: tuple[Limit, ...], subject: str | None) -> None:
    """Count once more for *subject*; raises TooManyRequests. Nobody is not counted."""
    if subject is None:
        return
    for limit in limits:
        count, left = await counter().hit(_key(limit, subject), limit.seconds)
        if count > limit.count:
            logger.warning("rate limit reached", extra={"fields": {"limit": limit.name}})
            raise TooManyRequests("Too many tries. Wait a little and try again.", retry_after=left)


def _key(limit: Limit, subject: str) -> str:
    # No address or IP stands in Redis in plain text.
    return f"{limit.name}:{keyed(subject)}"


def network(ip: str) -> str | None:
    """What is counted as one visitor; loopback is nobody in sandbox mode."""
    return network_of(ip, count_loopback=get_settings().mode is not Mode.SANDBOX)
