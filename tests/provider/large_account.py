"""Accounts of any size, written through the sandbox's engine instead of its API."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path
from typing import Any

from portal_app.sandbox.engine import (
    catalog,
    checkout,
    checkout_completion,
    customers,
    lifecycle,
    refunds,
)
from portal_app.sandbox.engine import subscriptions as subscribing
from portal_app.sandbox.engine.calendar import boundary
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.store import Store

START = 1731672000  # 2024-11-15 12:00 UTC
EVERY = 20  # one customer in so many bought the course too and got the first month back


class _Silent(World):
    """Without events, which nobody imports and which would be most of the work."""

    def emit(self, event: str, obj: Obj, previous: Obj | None = None) -> None:
        del event, obj, previous


BACK = "https://shop.example/"


def write_account(path: Path, *, customers: int, invoices: int) -> None:
    """*customers* who pay monthly, with *invoices* of their subscription each, kept at *path*.

    In a process of its own: a child is said to have had as much memory as its parent had when it
    began, and what an import takes is to be measured.
    """
    arguments = {"customers": customers, "invoices": invoices}
    writer = get_context("spawn").Process(target=_write, args=(path,), kwargs=arguments)
    writer.start()
    writer.join()
    assert writer.exitcode == 0


def _write(path: Path, *, customers: int, invoices: int) -> None:
    store, world = Store(path), _Silent(now=START)
    room, course = _price(world, recurring={"interval": "month"}), _price(world)
    for number in range(customers):
        _customer(world, number, room, course)
    for month in range(1, invoices):
        lifecycle.advance(world, boundary(START, "month", 1, month))
        _save(store, world)
    _save(store, world)
    store.close()


def _save(store: Store, world: World) -> None:
    store.save(world, key=None, reply=None, wall=START)
    world.begin()  # lets go of what a rollback would need


def _price(world: World, **over: Any) -> str:
    product = catalog.create_product(world, {"name": "Trading Room" if over else "Course"})
    given = {"product": product["id"], "currency": "usd", "unit_amount": 2900, **over}
    return str(catalog.create_price(world, given)["id"])


def _customer(world: World, number: int, room: str, course: str) -> None:
    customer = customers.create(
        world,
        {
            "email": f"person{number}@example.com",
            "name": f"Person {number}",
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        },
    )["id"]
    subscribing.create(world, {"customer": customer, "items": [{"price": room}]})
    if number % EVERY == 0:
        intent = next(iter(world.all("payment_intent")))
        refunds.create(world, {"payment_intent": intent["id"]})
        lines = [{"price": course, "quantity": 1}]
        session = checkout.create(
            world, {"customer": customer, "line_items": lines, "success_url": BACK}
        )
        checkout_completion.complete(world, session["id"], "pm_card_visa")
