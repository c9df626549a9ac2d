"""What must hold of every account at every moment, read from the account itself."""

from collections import Counter
from typing import Any

from portal_app.sandbox.engine import anchors
from portal_app.sandbox.engine.calendar import boundary_after, boundary_before
from portal_app.sandbox.engine.world import World

Obj = dict[str, Any]
FINAL = ("open", "paid", "uncollectible", "void")


def check(world: World) -> None:
    for invoice in world.all("invoice"):
        _check_lines(invoice)
        if invoice["status"] in FINAL:
            _check_payment(world, invoice)
    for charge in world.all("charge"):
        _check_refunds(world, charge)
        _check_disputes(world, charge)
    for customer in world.all("customer"):
        _check_balance(world, customer)
    for subscription in world.all("subscription"):
        _check_credit(world, subscription)
        _check_anchor(world, subscription)


def _check_lines(invoice: Obj) -> None:
    """Every invoice is its lines, less discounts, plus taxes."""
    lines = invoice["lines"]["data"]
    taken = Counter[str]()
    for line in lines:
        for part in line["discount_amounts"]:
            taken[part["discount"]] += part["amount"]
        assert sum(p["amount"] for p in line["discount_amounts"]) <= max(0, line["amount"])
    assert {t["discount"]: t["amount"] for t in invoice["total_discount_amounts"]} == {
        discount: taken[discount] for discount in invoice["discounts"]
    }
    taxes = [tax for line in lines for tax in line["taxes"]]
    exclusive = sum(t["amount"] for t in taxes if t["tax_behavior"] == "exclusive")
    assert invoice["subtotal"] == sum(line["amount"] for line in lines)
    assert invoice["total"] == invoice["subtotal"] - sum(taken.values()) + exclusive
    assert sum(t["amount"] for t in invoice["total_taxes"]) == sum(t["amount"] for t in taxes)


def _check_payment(world: World, invoice: Obj) -> None:
    """What is due comes from the total and the balance, and was charged exactly once."""
    moved = invoice["ending_balance"] - invoice["starting_balance"]
    assert invoice["amount_due"] == invoice["total"] - moved >= 0
    assert invoice["amount_due"] == invoice["amount_paid"] + invoice["amount_remaining"]
    charges = [
        charge
        for charge in world.where("charge", payment_intent=invoice["_intent"])
        if invoice["_intent"] and charge["paid"]
    ]
    assert sum(charge["amount"] for charge in charges) == invoice["amount_paid"]
    assert len(charges) <= 1
    assert (invoice["status"] == "paid") >= bool(charges)


def _check_disputes(world: World, charge: Obj) -> None:
    """A bank has what is disputed, no more, and gives it back when it loses."""
    found = world.where("dispute", charge=charge["id"])
    assert charge["disputed"] == bool(found)
    assert sum(dispute["amount"] for dispute in found) in (0, charge["amount"])
    for dispute in found:
        moved = [transaction["amount"] for transaction in dispute["balance_transactions"]]
        taken = dispute["status"] in ("needs_response", "under_review", "lost")
        assert sum(moved) == (-dispute["amount"] if taken else 0)
        assert len(moved) <= 2
        assert dispute["is_charge_refundable"] == (not taken)


def _check_refunds(world: World, charge: Obj) -> None:
    refunds = world.where("refund", charge=charge["id"])
    assert charge["amount_refunded"] == sum(refund["amount"] for refund in refunds)
    assert charge["amount_refunded"] <= charge["amount_captured"]
    assert charge["refunded"] == (0 < charge["amount"] == charge["amount_refunded"])


def _check_balance(world: World, customer: Obj) -> None:
    """Invoiced = paid + owed + given up + what the balance gave or took."""
    moved = world.where("customer_balance_transaction", customer=customer["id"])
    assert customer["balance"] == sum(transaction["amount"] for transaction in moved)
    invoices = [i for i in world.where("invoice", customer=customer["id"]) if i["status"] in FINAL]
    standing = [invoice for invoice in invoices if invoice["status"] != "void"]
    invoiced = sum(invoice["total"] for invoice in standing)
    paid = sum(
        charge["amount_captured"] for charge in world.where("charge", customer=customer["id"])
    )
    owed = sum(invoice["amount_remaining"] for invoice in standing)
    adjusted = sum(t["amount"] for t in moved if t["type"] == "adjustment")
    assert invoiced == paid + owed + customer["balance"] - adjusted


def _check_credit(world: World, subscription: Obj) -> None:
    """Nobody is credited for more than was billed."""
    billed = 0
    for invoice in world.where("invoice", customer=subscription["customer"]):
        for line in invoice["lines"]["data"]:
            if _owner(world, line) == subscription["id"]:
                billed += line["amount"] - sum(p["amount"] for p in line["discount_amounts"])
    for item in world.where("invoiceitem", customer=subscription["customer"], invoice=None):
        details = (item["parent"] or {}).get("subscription_details") or {}
        if details.get("subscription") == subscription["id"]:
            billed += item["amount"]
    assert billed >= 0


def _owner(world: World, line: Obj) -> str | None:
    parent = line["parent"]
    details = parent["subscription_item_details"] or parent["invoice_item_details"]
    found: str | None = details["subscription"]
    return found


def _check_anchor(world: World, subscription: Obj) -> None:
    """A running period ends on a boundary of the anchor, and holds the present."""
    if subscription["status"] not in ("active", "past_due", "unpaid"):
        return
    item = subscription["items"]["data"][0]
    recurring = world.objects[item["price"]]["recurring"]
    every = (recurring["interval"], recurring["interval_count"])
    start, end = item["current_period_start"], item["current_period_end"]
    anchor = anchors.of(subscription)
    assert boundary_after(anchor, *every, end - 1) == end
    assert boundary_before(anchor, *every, end) <= start <= world.now < end
