"""A stored configuration overrides the defaults it names, and only with values that make sense."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.catalog.configuration import AccessPolicy, Configuration


def test_an_empty_version_is_the_defaults() -> None:
    assert Configuration.read({}) == Configuration()
    assert Configuration().access == AccessPolicy(
        while_past_due=True, grace_days=None, while_paused=True
    )


def test_a_version_changes_what_it_names_only() -> None:
    read = Configuration.read({"access": {"grace_days": 5, "while_paused": False}})
    assert read.access == AccessPolicy(while_past_due=True, grace_days=5, while_paused=False)


@pytest.mark.parametrize(
    "access",
    [
        None,
        [],
        "no",
        {"grace_days": -1},
        {"grace_days": "7"},
        {"grace_days": True},
        {"while_past_due": 0},
        {"while_paused": "false"},
    ],
)
def test_nonsense_falls_back_to_the_default(access: Any) -> None:
    assert Configuration.read({"access": access}) == Configuration()
