"""Every verb and every read does what it says; a change repeated with its key happens once.

The bar: each request of each verb is refused with Stripe's code when any one of its parameters is
misspelt, and when one is left out that it needs.
"""

from __future__ import annotations

import inspect

import pytest

from portal_app.provider.stripe_writer import StripeWriter
from tests.contract import examples
from tests.contract.account import Account, Recorder, Sent
from tests.contract.refused import left_out_is_missing, misspelt_is_unknown, permitted
from tests.contract.registry import EXAMPLES, Example
from tests.contract.scene import Scene

assert examples  # importing it fills the registry
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
async def test_it_does_what_it_says_once_and_if_spelt_right(
    account: Account, writer: StripeWriter, recorder: Recorder, scene: Scene, example: Example
) -> None:
    case = example.build(scene)
    key = f"{scene.mark}/1"
    answer = await case.call(writer, key)
    assert case.shows(answer), answer
    sent = tuple(recorder.sent)
    if case.repeats:
        recorder.sent.clear()
        assert await case.call(writer, key) == answer
        assert all(again.replayed for again in recorder.sent if _is_keyed(again))
    assert all(permitted(one) for one in sent)
    assert sum(misspelt_is_unknown(account, one) for one in sent) >= sum(
        len(one.params) > 0 for one in sent
    )
    asked_for = [left_out_is_missing(account, one, case) for one in sent]
    assert case.needs <= set().union(*asked_for)


def _is_keyed(sent: Sent) -> bool:
    return sent.method == "POST" and not sent.path.endswith("/create_preview")


async def test_every_verb_has_an_example() -> None:
    public = {
        name
        for name, _method in inspect.getmembers(StripeWriter, callable)
        if not name.startswith("_")
    }
    assert {example.verb for example in EXAMPLES} == public - {"close"}
