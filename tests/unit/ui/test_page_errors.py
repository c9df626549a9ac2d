"""Reports of broken pages: of use to an operator, and no place to hide a secret in."""

from __future__ import annotations

import logging

import pytest

from portal_app import portal_app as root
from portal_app.ui.page_errors import log_handler_error, log_page_error


def report_of(text: str, caplog: pytest.LogCaptureFixture) -> str:
    log_page_error(Exception(text))
    fields: dict[str, str] = caplog.records[-1].fields  # type: ignore[attr-defined]
    return fields["report"]


def test_the_first_line_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    broken = "TypeError: Cannot read properties of undefined (reading 'title')"
    assert report_of(f"{broken}\n    at page.js:1:2", caplog) == broken
    assert report_of("", caplog) == ""
    assert len(report_of("x y " * 5000, caplog)) <= 200


@pytest.mark.parametrize(
    "secret",
    [
        "123456",
        "4242424242424242",
        "4242 4242 4242 4242",
        "kJ8sPq1ZxV7yTn3RwL0aBcDeFgHiJkLmNoPqRsTuVwX",
        "bpk_test_wBllmr9HqdS8zbnDobFlCX1yWMGUpaLgBMaMp0P5nQx",
        "whsec_abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_secrets_are_not(secret: str, caplog: pytest.LogCaptureFixture) -> None:
    assert secret not in report_of(f"failed with {secret} at hand", caplog)


def test_a_broken_handler_is_written_down_and_sends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert log_handler_error(ValueError("no such row")) is None
    assert caplog.records[0].exc_info is not None


def test_the_app_leaves_both_kinds_of_errors_to_us() -> None:
    assert root.app.backend_exception_handler is log_handler_error
    assert root.app.frontend_exception_handler is log_page_error
