"""Each setting that can be wrong, made wrong: the finding and its remedy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from portal_app.operators.doctor import Finding, Verdict
from portal_app.operators.doctor.setting_checks import check_settings
from portal_app.settings import Settings
from tests.operators.conftest import Configure

MAIL = {"PORTAL_SMTP_URL": "smtp://mail.example.com", "PORTAL_MAIL_FROM": "b@example.com"}


def about(settings: Settings, name: str) -> Finding:
    [found] = [finding for finding in check_settings(settings) if finding.about == name]
    return found


def judged(settings: Settings, name: str) -> tuple[Verdict, str]:
    found = about(settings, name)
    return found.verdict, found.mend


def test_a_fresh_sandbox_has_nothing_to_mend(configure: Configure) -> None:
    for finding in check_settings(configure()):
        if finding.about != "front end":  # whether there is a build is the checkout's
            assert (finding.verdict, finding.mend) == (Verdict.OK, "")


@pytest.mark.parametrize(
    ("values", "name", "verdict", "mend"),
    [
        ({"PORTAL_ORIGIN": "http://b.example.com"}, "origin", Verdict.FAILURE, "PORTAL_ORIGIN"),
        ({"PORTAL_ENV": "prod"}, "environment", Verdict.FAILURE, "PORTAL_ENV"),
        ({"PORTAL_SECRET_KEY": "short"}, "secret key", Verdict.FAILURE, "32 random"),
        ({"STRIPE_SECRET_KEY": "sk_test_1"}, "secret key", Verdict.WARNING, "PORTAL_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "sk_test_1"}, "mail", Verdict.FAILURE, "PORTAL_SMTP_URL"),
        ({"PORTAL_SMTP_URL": "mail.example.com:587"}, "mail", Verdict.FAILURE, "PORTAL_SMTP_URL"),
        ({"PORTAL_SMTP_URL": "smtp://mail.example.com"}, "mail", Verdict.FAILURE, "MAIL_FROM"),
        ({"STRIPE_SECRET_KEY": "sk_test_1"}, "cards", Verdict.WARNING, "STRIPE_PUBLISHABLE_KEY"),
        ({"PORTAL_PROXY_HOPS": "-1"}, "proxies", Verdict.FAILURE, "0 or more"),
        ({"PORTAL_ORIGIN": "https://b.example.com"}, "proxies", Verdict.WARNING, "PROXY_HOPS=1"),
    ],
)
def test_what_is_wrong_is_found_with_its_remedy(
    configure: Configure, values: dict[str, str], name: str, verdict: Verdict, mend: str
) -> None:
    found = about(configure(**values), name)
    assert found.verdict is verdict
    assert mend in found.mend


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"PORTAL_ORIGIN": "https://b.example.com"}, "origin"),
        ({"PORTAL_ENV": "production", "STRIPE_SECRET_KEY": "sk_test_1"}, "environment"),
        ({"PORTAL_SECRET_KEY": "s" * 32}, "secret key"),
        (MAIL, "mail"),
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, "cards"),
        ({"PORTAL_ORIGIN": "https://b.example.com", "PORTAL_PROXY_HOPS": "1"}, "proxies"),
        ({"PORTAL_METRICS_TOKEN": "m" * 32}, "metrics"),
    ],
)
def test_what_is_right_is_fine(configure: Configure, values: dict[str, str], name: str) -> None:
    assert judged(configure(**values), name) == (Verdict.OK, "")


def test_a_folder_that_can_not_be_written(tmp_path: Path, configure: Configure) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    verdict, mend = judged(configure(), "data directory")
    assert verdict is Verdict.FAILURE
    assert "PORTAL_DATA_DIR" in mend


def test_a_full_disk(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage("/"))(1000, 950, 50)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    found = about(configure(), "data directory")
    assert (found.verdict, found.says) == (Verdict.WARNING, "5 % of the disk is free")


def test_a_mistyped_name_is_noticed(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ORIGN", "https://b.example.com")
    monkeypatch.setenv("PORTAL_OIDC_GOOGLE_CLIENT_ID", "x")
    found = about(configure(), "settings")
    assert found.verdict is Verdict.WARNING
    assert "PORTAL_ORIGN" in found.says
    assert "PORTAL_ORIGIN" in found.mend


def test_a_missing_build_is_found(
    tmp_path: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    verdict, mend = judged(configure(), "front end")
    assert verdict is Verdict.FAILURE
    assert "make build" in mend
    built = tmp_path / ".web" / "build" / "client"
    built.mkdir(parents=True)
    (built / "404.html").touch()
    assert judged(configure(), "front end") == (Verdict.OK, "")


def test_no_finding_shows_a_secret(configure: Configure) -> None:
    secrets = {
        "PORTAL_SECRET_KEY": "canary-secret",
        "PORTAL_SMTP_URL": "smtp://user:canary-password@mail.example.com",
        "PORTAL_MAIL_FROM": "b@example.com",
        "STRIPE_SECRET_KEY": "sk_test_canary",
        "PORTAL_METRICS_TOKEN": "canary" * 6,
    }
    text = "\n".join(map(str, check_settings(configure(**secrets))))
    assert "canary" not in text
    assert os.environ["PORTAL_SECRET_KEY"] == "canary-secret"
