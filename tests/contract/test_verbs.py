"""Every verb and every read does what it says; a change repeated with its key happens once."""

from __future__ import annotations

import inspect

import pytest

from portal_app.provider.stripe_writer import StripeWriter
from tests.contract import examples
from tests.contract.account import Recorder
from tests.contract.registry import EXAMPLES, Example
from tests.contract.scene import Scene

assert examples  # importing it fills the registry


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
async def test_it_does_what_it_says_and_once(
    writer: StripeWriter, recorder: Recorder, scene: Scene, example: Example
) -> None:
    case = example.build(scene)
    key = f"{scene.mark}/1"
    answer = await case.call(writer, key)
    assert case.shows(answer), answer
    if not case.repeats:
        return
    del recorder.sent[:]
    assert await case.call(writer, key) == answer
    posts = [s for s in recorder.sent if s.method == "POST" and not _previews(s.path)]
    assert all(sent.replayed for sent in posts)


def _previews(path: str) -> bool:
    return path.endswith("/create_preview")


def test_every_verb_has_an_example() -> None:
    public = {
        name
        for name, _method in inspect.getmembers(StripeWriter, callable)
        if not name.startswith("_")
    }
    assert {example.verb for example in EXAMPLES} == public - {"close"}
