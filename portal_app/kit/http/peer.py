"""Who is at the other end of a connection: an address, and what is counted as one visitor."""

from __future__ import annotations

import ipaddress

from starlette.types import Scope

_IPV4 = 4


def client_address(scope: Scope, hops: int) -> str:
    """The visitor's address behind *hops* proxies of ours, for HTTP and sockets alike.

    Each proxy appends whom it heard from to `X-Forwarded-For`, so that only the last *hops* entries
    are anybody's word but the visitor's (ASVS 4.1.3).
    """
    direct = str(scope["client"][0]) if scope.get("client") else ""
    # Several lines of one header are one list (RFC 9110 §5.3); a forged first line must not count.
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    heard = [part.strip() for part in b",".join(lines).decode("latin-1").split(",")]
    if hops <= 0 or len(heard) < hops or not heard[-hops]:
        return direct
    return heard[-hops]


def network_of(address: str, *, count_loopback: bool) -> str | None:
    """What is counted as one visitor: an IPv4 address, an IPv6 /64; None is not counted.

    Loopback is left out where every visitor of a developer's machine shares it.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.is_loopback and not count_loopback:
        return None
    if parsed.version == _IPV4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
