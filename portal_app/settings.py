"""The one reading of the environment: a frozen Settings that refuses unsafe production values."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal_app.kit.tokens import derive_token

SANDBOX_KEY = "sk_test_sandbox"
SANDBOX_PUBLISHABLE_KEY = "pk_test_sandbox"
DOTENV = ".env"
SHORTEST_SECRET = 32
STRIPE_HOSTS = frozenset({"api.stripe.com"})


class Mode(StrEnum):
    """What stands behind the Stripe adapter (design.md §6, Modes)."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


class CardForm(StrEnum):
    """Where people enter a card: in a form of Stripe's in our page, or on Stripe's own page."""

    EMBEDDED = "embedded"
    REDIRECT = "redirect"


class UnsafeSettings(ValueError):
    """Raised at start when settings are wrong or unsafe; the message says how to mend them.

    It never repeats a value, since a value may be a secret in the wrong place.
    """


class Settings(BaseSettings):
    """Settings of contracts.md, to the letter. Secrets may come from files by `NAME_FILE`."""

    model_config = SettingsConfigDict(env_file=DOTENV, extra="ignore", frozen=True)

    portal_origin: str = "http://localhost:3000"
    portal_env: str = "development"
    portal_data_dir: Path = Path(".portal")
    portal_database_url: str = ""
    portal_redis_url: str = ""
    portal_secret_key: SecretStr = SecretStr("")
    portal_smtp_url: SecretStr = SecretStr("")
    portal_mail_from: str = ""
    portal_proxy_hops: int = 0
    portal_metrics_token: SecretStr = SecretStr("")
    portal_card_form: CardForm = CardForm.EMBEDDED
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_publishable_key: str = ""
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_base: str = ""
    # Tests only: the process dies there (`kit.failpoints`).
    portal_failpoint: str = ""

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
            raise UnsafeSettings(
                "STRIPE_SECRET_KEY must start with sk_test_, rk_test_, sk_live_ or rk_live_"
            )
        if self.portal_failpoint and self.production:
            raise UnsafeSettings("PORTAL_FAILPOINT kills the process; it is for tests only")
        token = self.portal_metrics_token.get_secret_value()
        if token and len(token) < SHORTEST_SECRET:
            raise UnsafeSettings(f"PORTAL_METRICS_TOKEN needs {SHORTEST_SECRET} characters or more")
        if not self._keys_agree:
            raise UnsafeSettings(
                "STRIPE_PUBLISHABLE_KEY must be of the secret key's mode: pk_test_… or pk_live_…"
            )
        if self.mode is Mode.SANDBOX and self.production:
            raise UnsafeSettings(
                "PORTAL_ENV=production needs a STRIPE_SECRET_KEY: without one the portal is a"
                " sandbox, whose mailbox lets anybody sign in as anybody"
            )
        if self.mode is Mode.LIVE:
            missing = [name for name, present in self._live_needs().items() if not present]
            if missing:
                raise UnsafeSettings(f"A live Stripe key also needs: {'; '.join(missing)}")
        return self

    def _live_needs(self) -> dict[str, bool]:
        base = self.stripe_api_base
        return {
            "PORTAL_ENV=production": self.production,
            "an https PORTAL_ORIGIN": self.secure_cookies,
            f"PORTAL_SECRET_KEY of {SHORTEST_SECRET} characters or more": self.has_long_secret,
            "STRIPE_WEBHOOK_SECRET": bool(self.stripe_webhook_secret.get_secret_value()),
            "PORTAL_SMTP_URL": bool(self.portal_smtp_url.get_secret_value()),
            "PORTAL_MAIL_FROM": bool(self.portal_mail_from),
            "no STRIPE_API_BASE other than Stripe's": not base
            or urlsplit(base).hostname in STRIPE_HOSTS,
        }

    @property
    def _keys_agree(self) -> bool:
        """A live page with a test key, or the reverse, would refuse every card."""
        if not self.stripe_publishable_key or self.mode is Mode.SANDBOX:
            return True
        wanted = "pk_live_" if self.mode is Mode.LIVE else "pk_test_"
        return self.stripe_publishable_key.startswith(wanted)

    @property
    def has_long_secret(self) -> bool:
        """Whether a secret key was given that is long enough to be one."""
        return len(self._given_secret) >= SHORTEST_SECRET

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
    def publishable_key(self) -> str:
        """What the browser names itself by to Stripe; empty when the operator gave none."""
        given = self.stripe_publishable_key
        return SANDBOX_PUBLISHABLE_KEY if self.mode is Mode.SANDBOX else given

    @property
    def stand_in_script(self) -> str:
        """Where the sandbox's stand-in for Stripe.js is; empty where Stripe's own is loaded."""
        return "/sandbox/stripe/js/stripe.js" if self.mode is Mode.SANDBOX else ""

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
        _write_once(path, secrets.token_urlsafe(32))
    return path.read_text()


def _write_once(path: Path, text: str) -> None:
    """Give *path* this content unless somebody else was first; nobody ever reads half of it."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        # Unlike a rename it fails when the name is taken. mkstemp's files are the owner's alone.
        os.link(draft, path)
    Path(draft).unlink()


def environment() -> dict[str, str | None]:
    return {**dotenv_values(DOTENV), **os.environ}


def is_given(name: str) -> bool:
    """Whether the environment or `.env` names a setting, rather than its default holding."""
    return not {name, f"{name}_FILE"}.isdisjoint(environment())


def _values_from_files() -> dict[str, str]:
    """The content of every file that a `NAME_FILE` names, for a NAME that is a setting of ours."""
    given, found = environment(), dict[str, str]()
    for field in Settings.model_fields:
        name = field.upper()
        path = given.get(f"{name}_FILE")
        if not path:
            continue
        if given.get(name):
            raise UnsafeSettings(f"Set either {name} or {name}_FILE, not both")
        found[field] = content_of(f"{name}_FILE", Path(path))
    return found


def content_of(name: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnsafeSettings(f"{name} names a file that can't be read: {path}") from error


def _sentence(error: ValidationError) -> str:
    """What is wrong with which setting; pydantic's own text would also show the value."""
    said = []
    for fault in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in fault["loc"]).upper()
        text = fault["msg"].removeprefix("Value error, ")
        said.append(text if not name or text.startswith(name) else f"{name}: {text}")
    return ". ".join(said)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once. Tests call `get_settings.cache_clear()`.

    Raises
    ------
    UnsafeSettings
        With a sentence that names the setting to mend.

    """
    try:
        return Settings(**_values_from_files())  # type: ignore[arg-type]
    except ValidationError as error:
        raise UnsafeSettings(f"{_sentence(error)}.") from None
