"""Paths that came from outside and will be redirected to."""

from __future__ import annotations

from urllib.parse import urlsplit

_CONTROL_END = 0x20


def safe_path(path: str | None, default: str = "/") -> str:
    r"""*path* when it stays on this origin, else *default*.

    Refuses `//host`, `/\host` and control characters, which browsers drop or read as slashes
    (WHATWG URL §4.4), so that no sign-in link leads away.
    """
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return default
    if "\\" in path or any(ord(character) <= _CONTROL_END for character in path):
        return default
    parts = urlsplit(path)
    return default if parts.scheme or parts.netloc else path


def path_of_referrer(referrer: str | None, origin: str, default: str = "/") -> str:
    """The local path a `Referer` of our own *origin* names, else *default*."""
    if not referrer or not referrer.startswith(f"{origin}/"):
        return default
    return safe_path(referrer.removeprefix(origin), default)
