"""The one reading of the environment: a frozen Settings that refuses unsafe production values."""

from __future__ import annotations

import os
import secrets
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal_app.kit.tokens import derive_token

SANDBOX_KEY = "sk_test_sandbox"
STRIPE_HOSTS = frozenset({"api.stripe.com"})


class Mode(StrEnum):
    """What stands behind the Stripe adapter (design.md §6, Modes)."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


class UnsafeSettings(ValueError):
    """Raised at start when production would be unsafe; the message says how to mend it."""


class Settings(BaseSettings):
    """Settings of contracts.md, to the letter. Secrets may come from files by `NAME_FILE`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    portal_origin: str = "http://localhost:3000"
    portal_env: str = "development"
    portal_data_dir: Path = Path(".portal")
    portal_database_url: str = ""
    portal_redis_url: str = ""
    portal_secret_key: SecretStr = SecretStr("")
    portal_smtp_url: SecretStr = SecretStr("")
    portal_mail_from: str = ""
    portal_proxy_hops: int = 0
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_publishable_key: str = ""
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_base: str = ""

    @field_validator("portal_origin")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
            raise ValueError("PORTAL_ORIGIN must look like https://billing.example.com")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        key = self.stripe_secret_key.get_secret_value()
        if key and not key.startswith(("sk_test_", "rk_test_", "sk_live_", "rk_live_")):
            raise UnsafeSettings("STRIPE_SECRET_KEY must start with sk_test_, rk_test_ or …live_.")
        if self.mode is Mode.LIVE:
            missing = [name for name, present in self._live_needs().items() if not present]
            if missing:
                raise UnsafeSettings(f"A live Stripe key also needs: {'; '.join(missing)}.")
        return self

    def _live_needs(self) -> dict[str, bool]:
        base = self.stripe_api_base
        return {
            "PORTAL_ENV=production": self.production,
            "an https PORTAL_ORIGIN": self.secure_cookies,
            "PORTAL_SECRET_KEY of 32 characters or more": len(self._given_secret) >= 32,  # noqa: PLR2004
            "STRIPE_WEBHOOK_SECRET": bool(self.stripe_webhook_secret.get_secret_value()),
            "PORTAL_SMTP_URL": bool(self.portal_smtp_url.get_secret_value()),
            "PORTAL_MAIL_FROM": bool(self.portal_mail_from),
            "no STRIPE_API_BASE other than Stripe's": not base
            or urlsplit(base).hostname in STRIPE_HOSTS,
        }

    @property
    def _given_secret(self) -> str:
        return self.portal_secret_key.get_secret_value()

    @property
    def mode(self) -> Mode:
        """No key is the sandbox; `…_live_` is live; the rest is Stripe's test mode."""
        key = self.stripe_secret_key.get_secret_value()
        if not key:
            return Mode.SANDBOX
        return Mode.LIVE if "_live_" in key else Mode.TEST

    @property
    def production(self) -> bool:
        return self.portal_env == "production"

    @property
    def origin(self) -> str:
        return self.portal_origin

    @property
    def secure_cookies(self) -> bool:
        return self.portal_origin.startswith("https://")

    @property
    def redis_url(self) -> str | None:
        return self.portal_redis_url or None

    @property
    def proxy_hops(self) -> int:
        return self.portal_proxy_hops

    @property
    def data_dir(self) -> Path:
        return self.portal_data_dir

    @property
    def sandbox_path(self) -> Path:
        """The sandbox's own SQLite file; it shares nothing with the portal's database."""
        return self.data_dir / "sandbox.db"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL with its async driver; SQLite under the data directory by default."""
        url = self.portal_database_url or f"sqlite:///{self.data_dir / 'portal.db'}"
        for plain, driver in (
            ("sqlite://", "sqlite+aiosqlite://"),
            ("postgresql://", "postgresql+psycopg://"),
            ("postgres://", "postgresql+psycopg://"),
        ):
            if url.startswith(plain):
                return driver + url.removeprefix(plain)
        return url

    @property
    def stripe_key(self) -> str:
        return self.stripe_secret_key.get_secret_value() or SANDBOX_KEY

    @property
    def stripe_base(self) -> str | None:
        """Where the SDK sends its calls; None is Stripe's own address."""
        if self.stripe_api_base:
            return self.stripe_api_base
        return f"{self.origin}/sandbox/stripe" if self.mode is Mode.SANDBOX else None

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Each secret that a webhook may be signed with, several while one is being replaced.

        The sandbox signs with one that is derived, so that nobody has to set it.
        """
        given = self.stripe_webhook_secret.get_secret_value().replace(",", " ").split()
        if not given and self.mode is Mode.SANDBOX:
            return (f"whsec_{derive_token(self.secret_key, 'webhook', 'sandbox')}",)
        return tuple(given)

    @property
    def secret_key(self) -> bytes:
        """Key of every digest and derived code; kept in the data directory when none is given."""
        return (self._given_secret or _stored_secret(self.data_dir.absolute())).encode()


@lru_cache(maxsize=8)
def _stored_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()


def _secrets_from_files() -> dict[str, str]:
    """Values of every `NAME_FILE` whose NAME is a setting of ours and is not set itself."""
    found: dict[str, str] = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path and not os.environ.get(name.upper()):
            found[name] = Path(path).read_text().strip()
    return found


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once. Tests call `get_settings.cache_clear()`.

    Raises
    ------
    UnsafeSettings, pydantic.ValidationError
        With a sentence that names the setting to mend.

    """
    return Settings(**_secrets_from_files())  # type: ignore[arg-type]
