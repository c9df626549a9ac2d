"""The walker that looks for card numbers finds them, and nothing else."""

from __future__ import annotations

import pytest

from tests.card_numbers import card_numbers


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "card%5Bnumber%5D=4242424242424242&cvc=123",
        "number=4242+4242+4242+4242",
        "number=4242%204242%204242%204242",
        '{"number":"4242424242424242"}',
        '["finish",{"x":4242424242424242}]',
        "\x00\x0b4242424242424242\x17\x01",
        "the card 4242424242424242.",
        "visa4242424242424242exp",  # as columns stand in a database's file
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert list(card_numbers(text)) == ["4242424242424242"]


@pytest.mark.parametrize("number", ["378282246310005", "30569309025904", "6205500000000000004"])
def test_other_lengths_are_found(number: str) -> None:
    assert list(card_numbers(f"<input value='{number}'>")) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424241",  # a wrong check digit
        "424242424242",  # too short
        "42424242424242424242",  # too long
        "1732613400000",  # milliseconds
        "0.4242424242424242",
        "ending 4242",
    ],
)
def test_what_is_none_is_not(text: str) -> None:
    assert list(card_numbers(text)) == []


def test_columns_that_touch_in_a_file_are_no_number() -> None:
    row = "visa42422024-01-16 09:30"
    assert list(card_numbers(row)) == ["42422024011609"]
    assert list(card_numbers(row, packed=True)) == []
    assert list(card_numbers("x4242424242424242y", packed=True)) == ["4242424242424242"]
