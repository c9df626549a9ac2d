"""The three modes: what each needs; an unsafe start is refused with all that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.settings import Mode, Settings, UnsafeSettings, _write_once, get_settings

LIVE = {
    "STRIPE_SECRET_KEY": "sk_live_51Example",
    "STRIPE_WEBHOOK_SECRET": "whsec_example",
    "PORTAL_ENV": "production",
    "PORTAL_ORIGIN": "https://billing.example.com",
    "PORTAL_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "PORTAL_SMTP_URL": "smtp://mail.example.com",
    "PORTAL_MAIL_FROM": "Billing <billing@example.com>",
}


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting from the machine, and a folder of its own for `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def given(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return get_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> str:
    with pytest.raises(UnsafeSettings) as refused:
        given(monkeypatch, values)
    return str(refused.value)


def test_without_a_key_it_is_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, {})
    assert settings.mode is Mode.SANDBOX
    assert settings.stripe_base == "http://localhost:3000/sandbox/stripe"


def test_a_sandbox_is_no_production(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, {"PORTAL_ENV": "production"})
    assert "STRIPE_SECRET_KEY" in said


def test_processes_that_start_together_keep_one_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(".portal") / "secret_key"
    path.parent.mkdir()
    path.write_text("the other's")
    _write_once(path, "ours")
    assert path.read_text() == "the other's"
    assert [one.name for one in path.parent.iterdir()] == ["secret_key"]
    path.unlink()
    assert given(monkeypatch, {}).secret_key == path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["sk_test_1", "rk_test_1"])
def test_a_test_key_speaks_to_stripe(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    settings = given(monkeypatch, {"STRIPE_SECRET_KEY": key})
    assert settings.mode is Mode.TEST
    assert settings.stripe_base is None


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
def test_a_live_key_with_all_it_needs(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    settings = given(monkeypatch, LIVE | {"STRIPE_SECRET_KEY": key})
    assert settings.mode is Mode.LIVE
    assert settings.stripe_base is None
    assert settings.secure_cookies


def test_a_live_key_alone_is_told_everything_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(
        monkeypatch, {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_API_BASE": "http://127.0.0.1:1"}
    )
    for part in (
        "PORTAL_ENV=production",
        "https PORTAL_ORIGIN",
        "PORTAL_SECRET_KEY of 32",
        "STRIPE_WEBHOOK_SECRET",
        "PORTAL_SMTP_URL",
        "PORTAL_MAIL_FROM",
        "STRIPE_API_BASE",
    ):
        assert part in said
    assert "sk_live_1" not in said


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("PORTAL_ENV", "development", "PORTAL_ENV"),
        ("PORTAL_ORIGIN", "http://billing.example.com", "PORTAL_ORIGIN"),
        ("PORTAL_SECRET_KEY", "x" * 31, "PORTAL_SECRET_KEY"),
        ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET"),
        ("PORTAL_SMTP_URL", "", "PORTAL_SMTP_URL"),
        ("PORTAL_MAIL_FROM", "", "PORTAL_MAIL_FROM"),
        ("STRIPE_API_BASE", "https://stripe.example.com", "STRIPE_API_BASE"),
        ("STRIPE_API_BASE", "https://api.stripe.com.example.com", "STRIPE_API_BASE"),
    ],
)
def test_each_thing_that_a_live_key_needs(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    said = refusal(monkeypatch, LIVE | {name: value})
    assert said.count(";") == 0  # nothing else is missing
    assert named in said


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"STRIPE_SECRET_KEY": "pk_test_secret"}, "STRIPE_SECRET_KEY"),
        (
            {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_live_1"},
            "STRIPE_PUBLISHABLE_KEY",
        ),
        (LIVE | {"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, "STRIPE_PUBLISHABLE_KEY"),
        ({"PORTAL_ORIGIN": "billing.example.com"}, "PORTAL_ORIGIN"),
        ({"PORTAL_PROXY_HOPS": "one"}, "PORTAL_PROXY_HOPS"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    said = refusal(monkeypatch, values)
    assert named in said
    assert not any(secret in said for secret in ("pk_test_secret", "pk_live_1", "pk_test_1"))


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("sk_test_from_file\n")
    settings = given(monkeypatch, {"STRIPE_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.stripe_key == "sk_test_from_file"


def test_the_file_may_be_named_in_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("s" * 40)
    (tmp_path / ".env").write_text(f"PORTAL_SECRET_KEY_FILE={tmp_path / 'key'}\n")
    assert given(monkeypatch, {}).secret_key == b"s" * 40


def test_a_value_and_a_file_for_it_are_one_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("sk_test_2")
    values = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert "STRIPE_SECRET_KEY_FILE" in refusal(monkeypatch, values)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, {"STRIPE_WEBHOOK_SECRET_FILE": str(tmp_path / "nothing")})
    assert "STRIPE_WEBHOOK_SECRET_FILE" in said
    assert "nothing" in said
