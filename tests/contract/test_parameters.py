"""Whatever the adapter sends would be refused if it were misspelt, or left out and needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from portal_app.provider.stripe_writer import StripeWriter
from portal_app.sandbox.http import parameters, routes
from tests.contract import examples
from tests.contract.account import Account, Recorder, Sent
from tests.contract.registry import EXAMPLES, Example
from tests.contract.scene import Scene

assert examples  # importing it fills the registry
Pairs = tuple[tuple[str, str], ...]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
async def test_what_is_misspelt_or_missing_is_refused(
    account: Account, writer: StripeWriter, recorder: Recorder, scene: Scene, example: Example
) -> None:
    case = example.build(scene)
    await case.call(writer, f"{scene.mark}/1")
    assert recorder.sent
    dropped = set()
    for sent in recorder.sent:
        for wrong, params in misspellings(sent.params):
            error = refusal(account, sent, params)
            assert error["code"] == "parameter_unknown", (sent.path, wrong, error)
            assert wrong in error["param"]
        for name in set(names(sent.params)) & (case.needs | required(sent)):
            error = refusal(account, sent, without(sent.params, name))
            assert error["code"] == "parameter_missing", (sent.path, name, error)
            dropped.add(name)
    assert case.needs <= dropped


def refusal(account: Account, sent: Sent, params: Pairs) -> Any:
    form = urlencode(params)
    place = {"content": form} if sent.method == "POST" else {"params": form}
    answer = account.raw.request(sent.method, sent.path, **place)  # type: ignore[arg-type]
    assert answer.status_code == 400, (sent.method, sent.path, params, answer.text)
    return answer.json()["error"]


def names(params: Pairs) -> list[str]:
    """Every parameter, groups included: `items[0][price]` is `items` and itself.

    Keys of metadata are nobody's to check.
    """
    found: dict[str, None] = {}
    for name, _value in params:
        parts = parts_of(name)
        for end in range(1, len(parts) + 1):
            if not parts[end - 1].isdigit() and "metadata" not in parts[: end - 1]:
                found[joined(parts[:end])] = None
    return list(found)


def misspellings(params: Pairs) -> Iterator[tuple[str, Pairs]]:
    """Each parameter once with its last letter doubled, the rest as it was."""
    for name in names(params):
        *before, last = parts_of(name)
        wrong = [*before, last + last[-1]]
        spelt = parts_of(name)
        yield (
            wrong[-1],
            tuple(
                (joined([*wrong, *parts[len(spelt) :]]), value)
                if (parts := parts_of(one))[: len(spelt)] == spelt
                else (one, value)
                for one, value in params
            ),
        )


def without(params: Pairs, name: str) -> Pairs:
    gone = parts_of(name)
    return tuple((one, value) for one, value in params if parts_of(one)[: len(gone)] != gone)


def required(sent: Sent) -> set[str]:
    """What the SDK's types of the route, made from Stripe's own description, say is required."""
    found = routes.find(sent.method, sent.path)
    assert found is not None, sent.path
    sdk = found[0].sdk
    return {name for name in names(sent.params) if _is_required(sdk, name, sent.params)}


def _is_required(sdk: str, name: str, params: Pairs) -> bool:
    """Not where nothing else stands in its group: without it, there would be no group either."""
    *group, last = parts_of(name)
    rest = {joined(parts_of(one)[: len(group)]) for one, _value in without(params, name) if group}
    if group and joined(group) not in rest:
        return False
    groups = [part for part in group if not part.isdigit()]
    return last in parameters.required_names(parameters.owner_of(sdk, groups))


def parts_of(name: str) -> list[str]:
    return name.replace("]", "").split("[")


def joined(parts: list[str]) -> str:
    return parts[0] + "".join(f"[{part}]" for part in parts[1:])


def test_the_misspelling_reaches_every_depth() -> None:
    given = (("items[0][price]", "p"), ("metadata[any]", "1"), ("off_session", "true"))
    assert [wrong for wrong, _params in misspellings(given)] == [
        "itemss",
        "pricee",
        "metadataa",
        "off_sessionn",
    ]
    assert dict(misspellings(given))["pricee"][0] == ("items[0][pricee]", "p")


def test_the_sdk_names_what_is_required() -> None:
    tax_id = (("type", "eu_vat"), ("value", "DE1"))
    assert required(Sent("POST", "/v1/customers/cus_1/tax_ids", tax_id, False, {})) == {
        "type",
        "value",
    }
    pause = (("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", "1"))
    for given, expected in ((pause, {"pause_collection[behavior]"}), (pause[:1], set())):
        assert required(Sent("POST", "/v1/subscriptions/sub_1", given, False, {})) == expected
