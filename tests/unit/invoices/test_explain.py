"""The parts of a difference sum to it, whatever the two bills are, and say what happened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.invoices.rules.explain import Bill, Cause, Charge, Part, explain

MINOR = st.integers(-(10**7), 10**7)
POSITIVE = st.integers(0, 10**6)
CHARGES = st.lists(
    st.builds(
        Charge,
        item=st.sampled_from(["price_1", "price_2", "price_3"]),
        label=st.just("Trading Room"),
        quantity=st.integers(0, 9),
        amount=MINOR,
        days=st.sampled_from([0.0, 14.0, 28.0, 31.0, 365.0]),
    ),
    max_size=4,
)


def due(charges: list[Charge], mid_period: int, discount: int, tax: int, balance: int) -> Bill:
    """A bill whose figures add up, as those of the provider do."""
    return Bill(
        charges=tuple(charges),
        mid_period=mid_period,
        discount=discount,
        tax=tax,
        balance=balance,
        due=sum(one.amount for one in charges) + mid_period - discount + tax + balance,
    )


BILLS = st.builds(due, CHARGES, MINOR, POSITIVE, POSITIVE, MINOR)
ANY_BILLS = st.builds(
    Bill,
    charges=CHARGES.map(tuple),
    mid_period=MINOR,
    discount=POSITIVE,
    tax=POSITIVE,
    balance=MINOR,
    due=MINOR,
)


@given(ANY_BILLS, ANY_BILLS)
def test_the_parts_always_sum_to_the_difference(before: Bill, now: Bill) -> None:
    parts = explain(before, now)
    assert sum(part.amount for part in parts) == now.due - before.due
    assert all(part.amount for part in parts)


@given(BILLS, BILLS)
def test_nothing_is_left_over_where_the_bills_add_up(before: Bill, now: Bill) -> None:
    assert Cause.OTHER not in {part.cause for part in explain(before, now)}


def bill(**over: Any) -> Bill:
    """$29 for a month, and what the test says otherwise."""
    charge = {"item": "price_1", "label": "Room", "quantity": 1, "amount": 2900, "days": 30.0}
    charge |= {name: over.pop(name) for name in list(over) if name in charge}
    given = {"mid_period": 0, "discount": 0, "tax": 0, "balance": 0, **over}
    return due([Charge(**charge)], **given)


def causes(parts: tuple[Part, ...]) -> list[tuple[Cause, int]]:
    return [(part.cause, part.amount) for part in parts]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (bill(), bill(), []),
        (bill(discount=400), bill(), [(Cause.DISCOUNT_ENDED, 400)]),
        (bill(), bill(discount=400), [(Cause.DISCOUNT_STARTED, -400)]),
        (bill(discount=100), bill(discount=400), [(Cause.DISCOUNT_CHANGED, -300)]),
        (bill(), bill(amount=5900, item="price_2"), [(Cause.PRICE, 3000)]),
        (bill(), bill(amount=8700, quantity=3), [(Cause.QUANTITY, 5800)]),
        (
            bill(),
            bill(amount=9000, quantity=3, item="price_2"),
            [(Cause.QUANTITY, 5800), (Cause.PRICE, 300)],
        ),
        (bill(), bill(amount=29000, days=365.0, item="price_2"), [(Cause.PERIOD, 26100)]),
        (bill(amount=0, days=14.0), bill(), [(Cause.TRIAL_ENDED, 2900)]),
        (bill(), bill(mid_period=-700), [(Cause.CHANGES_NOW, -700)]),
        (bill(mid_period=-700), bill(), [(Cause.CHANGES_BEFORE, 700)]),
        (bill(), bill(tax=551), [(Cause.TAX, 551)]),
        (bill(), bill(balance=-500), [(Cause.BALANCE_USED, -500)]),
        (bill(balance=-500), bill(), [(Cause.BALANCE_USED_BEFORE, 500)]),
        (bill(balance=-500), bill(balance=-200), [(Cause.BALANCE_CHANGED, 300)]),
    ],
)
def test_what_happened_is_named(before: Bill, now: Bill, expected: list[tuple[Cause, int]]) -> None:
    assert causes(explain(before, now)) == expected


def test_lines_without_a_fellow_came_or_went() -> None:
    def charge(item: str, amount: int) -> Charge:
        return Charge(item=item, label=item, quantity=1, amount=amount, days=30.0)

    before = due([charge("room", 2900), charge("chat", 500), charge("calls", 700)], 0, 0, 0, 0)
    now = due([charge("room", 2900), charge("books", 900)], 0, 0, 0, 0)
    assert [(part.cause, part.label, part.amount) for part in explain(before, now)] == [
        (Cause.REMOVED, "chat", -500),
        (Cause.REMOVED, "calls", -700),
        (Cause.ADDED, "books", 900),
    ]


def test_what_a_bill_does_not_say_is_other() -> None:
    odd = Bill(charges=(), mid_period=0, discount=0, tax=0, balance=0, due=77)
    nothing = Bill(charges=(), mid_period=0, discount=0, tax=0, balance=0, due=0)
    assert causes(explain(nothing, odd)) == [(Cause.OTHER, 77)]
