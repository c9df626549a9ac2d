"""Other services from the settings: as many as named, presets, and what is refused at the start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.identity.oidc.client import _vouched
from portal_app.identity.oidc.providers import Preset, Provider, providers
from portal_app.settings import UnsafeSettings

OIDC = "PORTAL_OIDC_"


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    providers.cache_clear()
    yield
    providers.cache_clear()


def test_each_name_is_one_with_its_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    for name, value in {
        "GOOGLE_CLIENT_ID": "g",
        "GOOGLE_CLIENT_SECRET_FILE": str(secret),
        "WORK_SSO_ISSUER": "https://sso.example.com",
        "WORK_SSO_CLIENT_ID": "w",
        "WORK_SSO_TRUST_EMAIL": "true",
        "GHE_PRESET": "github",
        "GHE_ISSUER": "https://git.example.com",
        "GHE_CLIENT_ID": "h",
        "GHE_LABEL": "Our GitHub",
    }.items():
        monkeypatch.setenv(f"{OIDC}{name}", value)
    ghe, google, work = providers().values()
    assert (google.preset, google.issuer) == (Preset.GOOGLE, "https://accounts.google.com")
    assert (google.client_secret, google.label, google.trust_email) == (
        "from a file",
        "Google",
        True,
    )
    assert (work.name, work.label, work.trust_email) == ("work_sso", "Work Sso", True)
    assert (ghe.preset, ghe.issuer, ghe.label) == (
        Preset.GITHUB,
        "https://git.example.com",
        "Our GitHub",
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"X_CLIENT_ID": "x"}, "X_ISSUER"),
        ({"X_ISSUER": "https://x.example.com"}, "CLIENT_ID"),
        ({"X_CLIENT_ID": "x", "X_PRESET": "myspace"}, "github, google, whop"),
        ({"X_CLIENT_ID": "x", "X_ISSUER": "http://x.example.com"}, "https"),
    ],
)
def test_what_would_not_work_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"{OIDC}{name}", value)
    with pytest.raises(UnsafeSettings, match=said):
        providers()


def test_google_vouches_for_its_own_mailboxes_only() -> None:
    google = Provider("google", Preset.GOOGLE, "https://accounts.google.com", "c", "s", "G", True)
    sure = {"email": "ada@gmail.com", "email_verified": True}
    assert _vouched(google, sure)
    assert _vouched(google, {"email": "a@work.test", "email_verified": True, "hd": "work.test"})
    assert not _vouched(google, {**sure, "email": "ada@example.com"})
    assert not _vouched(google, {**sure, "email_verified": "true"})
