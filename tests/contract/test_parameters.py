"""The wrong requests themselves: every name once, at every depth, and what is required."""

from __future__ import annotations

from tests.contract.account import Sent
from tests.contract.refused import misspellings, permitted, required, without


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


def test_what_is_left_out_is_left_out_whole() -> None:
    given = (("items[0][price]", "p"), ("items[0][id]", "i"), ("itemsize", "1"))
    assert without(given, "items") == given[2:]
    assert without(given, "items[0][price]") == given[1:]


def test_permissions_are_by_resource_and_access() -> None:
    def may(method: str, path: str) -> bool:
        return permitted(Sent(method, path, (), False, {}))

    assert may("POST", "/v1/subscriptions/sub_1/pause")
    assert may("DELETE", "/v1/invoiceitems/ii_1")
    assert may("GET", "/v1/payment_intents")
    assert not may("POST", "/v1/payment_intents")
    assert not may("GET", "/v1/charges")
