"""The command line itself: results on stdout, one sentence for a refusal, exit codes."""

from __future__ import annotations

import pytest

from tests.operators.conftest import Configure, Portal
from tests.provider.sandbox_server import SandboxServer


def test_companies_creators_customers_and_keys(portal_command: Portal) -> None:
    portal_command("migrate")
    company = portal_command(
        "company", "create", "--title", "Northwind", "--route", "northwind"
    ).stdout.strip()
    assert portal_command("company", "list").stdout == f"{company}  Northwind  (default)\n"
    who = ("--company", company, "--email", "cleo@example.com")
    assert "owner" in portal_command("creator", "add", *who, "--role", "owner").stdout
    portal_command("creator", "remove", *who)
    again = portal_command("creator", "remove", *who, code=1)
    assert again == ("", "cleo@example.com is no creator of Northwind.\n")
    key = portal_command("api-key", "create", "--company", company, "--scopes", "read").stdout
    assert key.startswith("bpk_test_")
    scope = ("--scopes", "member:basic:read,nothing:at:all")
    refused = portal_command("api-key", "create", "--company", company, *scope, code=1)
    assert "nothing:at:all" in refused.stderr
    of_company = ("--company", company)
    identifier = portal_command("api-key", "list", *of_company).stdout.split()[0]
    portal_command("api-key", "revoke", identifier, *of_company)
    assert "revoked" in portal_command("api-key", "list", *of_company).stdout
    unknown = portal_command("api-key", "revoke", "apik_1", *of_company, code=1)
    assert unknown.stderr == "We can't find that API key.\n"
    assert portal_command("customer", "find", "nobody", code=1).stdout == ""
    linked = portal_command("customer", "link", "cus_1", "--email", "a@example.com", code=1)
    assert "no customer cus_1" in linked.stderr


@pytest.mark.parametrize(
    ("values", "arguments", "said"),
    [
        ({}, ("company", "list"), "portal doctor"),  # nothing was migrated
        ({"STRIPE_SECRET_KEY": "sk_live_canary"}, ("serve",), "PORTAL_ENV=production"),
        ({"STRIPE_SECRET_KEY": "sk_test_canary"}, ("serve",), "PORTAL_SMTP_URL"),
        ({}, ("worker",), "portal migrate"),
        ({}, ("backup",), "no database at"),
        ({}, ("stripe", "setup"), "sandbox"),
    ],
)
def test_a_refusal_is_one_sentence(
    portal_command: Portal,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    done = portal_command(*arguments, code=1)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "canary" not in done.stderr


def test_doctor_ends_with_1_when_something_must_be_mended(
    portal_command: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = portal_command("doctor", code=1).stdout
    assert "FAIL  schema" in before
    assert "→ run `portal migrate`" in before
    portal_command("migrate")
    after = portal_command("doctor").stdout
    assert "FAIL" not in after
    assert "ok    schema" in after
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_1")
    unsafe = portal_command("doctor", code=1).stdout
    assert "FAIL  settings" in unsafe
    assert "https PORTAL_ORIGIN" in unsafe


def test_stripe_setup_prints_a_setting_and_nothing_else(
    portal_command: Portal, stripe: SandboxServer, configure: Configure
) -> None:
    configure(
        STRIPE_SECRET_KEY="sk_test_1",
        STRIPE_API_BASE=stripe.origin,
        PORTAL_ORIGIN="https://billing.example.com",
    )
    assert "Webhook Endpoints: Write" in portal_command("stripe", "setup", "--print").stdout
    done = portal_command("stripe", "setup")
    assert done.stdout.startswith("STRIPE_WEBHOOK_SECRET=whsec_")
    assert done.stdout.count("\n") == 1
    again = portal_command("stripe", "setup")
    assert (again.stdout, "as it should be" in again.stderr) == ("", True)
