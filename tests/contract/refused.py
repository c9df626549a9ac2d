"""Whatever the adapter sends would be refused if it were misspelt, or left out and needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from portal_app.provider.stripe_account import PERMISSIONS
from portal_app.sandbox.http import parameters, routes
from tests.contract.account import Account, Sent
from tests.contract.registry import Case

ITEMS_OF = {"invoiceitems": "invoices", "subscription_items": "subscriptions"}
Pairs = tuple[tuple[str, str], ...]


def misspelt_is_unknown(account: Account, sent: Sent) -> int:
    """Returns how many requests were refused."""
    refused = 0
    for wrong, params in misspellings(sent.params):
        error = refusal(account, sent, params)
        assert error["code"] == "parameter_unknown", (sent.path, wrong, error)
        assert wrong in error["param"]
        refused += 1
    return refused


def left_out_is_missing(account: Account, sent: Sent, case: Case) -> set[str]:
    """Returns what was left out and asked for."""
    needed = set(names(sent.params)) & (case.needs | required(sent))
    for name in needed:
        error = refusal(account, sent, without(sent.params, name))
        assert error["code"] == "parameter_missing", (sent.path, name, error)
    return needed


def refusal(account: Account, sent: Sent, params: Pairs) -> Any:
    form = urlencode(params)
    place = {"content": form} if sent.method == "POST" else {"params": form}
    answer = account.raw.request(sent.method, sent.path, **place)  # type: ignore[arg-type]
    assert answer.status_code == 400, (sent.method, sent.path, params, answer.text)
    return answer.json()["error"]


def permitted(sent: Sent) -> bool:
    """Whether the restricted key that `portal stripe setup` asks for may send this."""
    resource = ITEMS_OF.get(sent.path.split("/")[2], sent.path.removeprefix("/v1/"))
    writes = sent.method != "GET"
    return any(
        f"{resource}/".startswith(f"{one.path.replace('.', '/')}/")
        and (one.access == "Write" or not writes)
        for one in PERMISSIONS
    )


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
