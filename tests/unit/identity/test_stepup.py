"""What an approval is over, for how long its code counts, and in which words it is asked for."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import portal_app
from portal_app.identity.models import StepUp
from portal_app.identity.stepup.approval import (
    SENTENCES,
    Approval,
    Purpose,
    refusal,
    with_approval,
)
from portal_app.ui.catalogue import translate
from tests.rows import NOW

FACTS = {"membership": "Trading Room", "member_id": "mber_1", "recipient": "ben@example.com"}


def test_every_fact_is_part_of_what_is_approved() -> None:
    whole = Approval(Purpose.TRANSFER, FACTS).digest
    assert Approval(Purpose.TRANSFER, dict(reversed(FACTS.items()))).digest == whole
    for name in FACTS:
        assert Approval(Purpose.TRANSFER, {**FACTS, name: "another"}).digest != whole
    assert Approval(Purpose.TRANSFER, {**FACTS, "more": ""}).digest != whole


def test_what_could_not_be_shown_is_no_approval() -> None:
    with pytest.raises(KeyError):
        Approval(Purpose.TRANSFER, {"member_id": "mber_1"})


def test_every_purpose_has_words_in_every_language() -> None:
    assert set(SENTENCES) == set(Purpose)
    assert all(translate("de", sentence) != sentence for sentence in SENTENCES.values())


def asked(**over: object) -> StepUp:
    return StepUp(code_sent_at=NOW, **over)


def test_a_code_counts_for_ten_minutes_one_use_and_four_wrong_tries() -> None:
    limit = timedelta(minutes=10)
    assert refusal(asked(wrong_tries=4), NOW + limit - timedelta(seconds=1)) is None
    for over, now in (({}, NOW + limit), ({"wrong_tries": 5}, NOW), ({"confirmed_at": NOW}, NOW)):
        assert refusal(asked(**over), now) is not None


@pytest.mark.parametrize(
    ("back", "path"),
    [
        ("/a/", "/a/?approval=stpu_1"),
        ("/a/?to=b#c", "/a/?to=b&approval=stpu_1#c"),
        ("//evil.test/", "/account/?approval=stpu_1"),
        ("https://evil.test/", "/account/?approval=stpu_1"),
    ],
)
def test_the_way_back_stays_here_and_names_the_approval(back: str, path: str) -> None:
    assert with_approval(back, "stpu_1") == path


def test_cancelling_never_asks_for_it() -> None:
    """design.md §6. No module of cancelling, nor any of memberships that it uses, knows step-up."""
    home = Path(portal_app.__file__).parent
    todo = [path for path in (home / "memberships").rglob("*.py") if "cancel" in str(path)]
    assert len(todo) > 2
    seen: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in seen or "memberships" not in path.parts:
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            assert not node.module.startswith("portal_app.identity.stepup"), path
            named = home.parent / Path(*node.module.split("."))
            candidates = [named.with_suffix(".py"), named / "__init__.py"]
            todo += [one for one in candidates if one.exists()]
