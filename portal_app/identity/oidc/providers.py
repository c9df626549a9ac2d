"""Which other services people may sign in through: read from `PORTAL_OIDC_<NAME>_…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from portal_app.settings import UnsafeSettings, content_of, environment


class Preset(StrEnum):
    """OIDC is anybody with a discovery document; the others are known by name."""

    OIDC = "oidc"
    GOOGLE = "google"
    GITHUB = "github"
    WHOP = "whop"


_KEYS: Final = ("ISSUER", "PRESET", "CLIENT_ID", "CLIENT_SECRET", "LABEL", "TRUST_EMAIL")
_NAME: Final = re.compile(rf"PORTAL_OIDC_([A-Z0-9_]+?)_({'|'.join(_KEYS)})(_FILE)?")
_LABELS: Final = {Preset.GOOGLE: "Google", Preset.GITHUB: "GitHub", Preset.WHOP: "Whop"}
_ISSUERS: Final = {
    Preset.GOOGLE: "https://accounts.google.com",
    Preset.GITHUB: "https://github.com",
    Preset.WHOP: "https://api.whop.com",
}
# Those of whom it is documented when an address that they call verified is the person's own.
_TRUSTED: Final = frozenset({Preset.GOOGLE, Preset.GITHUB})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True, slots=True)
class Provider:
    """*issuer* names its people together with their subjects; *trust_email* is the operator's."""

    name: str
    preset: Preset
    issuer: str
    client_id: str
    client_secret: str
    label: str
    trust_email: bool


@lru_cache(maxsize=1)
def providers() -> Mapping[str, Provider]:
    """By name, in the order of the names; raises UnsafeSettings. Tests call `cache_clear()`."""
    given: dict[str, dict[str, str]] = {}
    for variable, value in environment().items():
        match = _NAME.fullmatch(variable)
        if match and value:
            name, key, from_file = match.groups()
            said = content_of(variable, Path(value)) if from_file else value
            given.setdefault(name.lower(), {})[key] = said
    return {name: _provider(name, given[name]) for name in sorted(given)}


def _provider(name: str, given: Mapping[str, str]) -> Provider:
    prefix = f"PORTAL_OIDC_{name.upper()}"
    preset = _preset(name, prefix, given)
    issuer = given.get("ISSUER", "") or _ISSUERS.get(preset, "")
    if not issuer or not given.get("CLIENT_ID"):
        raise UnsafeSettings(f"{prefix}_… needs {prefix}_ISSUER (or _PRESET) and _CLIENT_ID")
    where = urlsplit(issuer)
    if where.scheme != "https" and where.hostname not in _LOOPBACK:
        raise UnsafeSettings(f"{prefix}_ISSUER must be an https address")
    trust = given.get("TRUST_EMAIL", str(preset in _TRUSTED)).lower()
    return Provider(
        name=name,
        preset=preset,
        issuer=issuer,
        client_id=given["CLIENT_ID"],
        client_secret=given.get("CLIENT_SECRET", ""),
        label=given.get("LABEL") or _LABELS.get(preset) or name.replace("_", " ").title(),
        trust_email=trust in {"1", "true", "yes", "on"},
    )


def _preset(name: str, prefix: str, given: Mapping[str, str]) -> Preset:
    """Named, or meant by the provider's own name where no issuer says otherwise."""
    asked = given.get("PRESET", "").lower()
    if not asked and "ISSUER" not in given and name in set(Preset):
        return Preset(name)
    try:
        return Preset(asked or Preset.OIDC)
    except ValueError:
        known = ", ".join(sorted(set(Preset) - {Preset.OIDC}))
        raise UnsafeSettings(f"{prefix}_PRESET must be one of {known}") from None
