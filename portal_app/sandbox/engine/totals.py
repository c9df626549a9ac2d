"""What an invoice adds up to: lines, less discounts, plus taxes, against the balance."""

from typing import Any

from portal_app.sandbox.engine import discounts, taxes
from portal_app.sandbox.engine.world import Obj, World

Amount = dict[str, Any]


def set_totals(world: World, invoice: Obj) -> None:
    """Fill in every total of the invoice and of its lines from the lines' amounts."""
    lines = invoice["lines"]["data"]
    invoice["total_discount_amounts"] = _take_discounts(world, invoice, lines)
    for line in lines:
        rates, exempt = invoice["default_tax_rates"], invoice["customer_tax_exempt"]
        line["taxes"] = taxes.of_line(rates, after_discounts(line), exempt=exempt)
    invoice["total_taxes"] = _total_taxes(lines)
    subtotal = sum(line["amount"] for line in lines)
    taken = sum(total["amount"] for total in invoice["total_discount_amounts"])
    exclusive, inclusive = (
        sum(tax["amount"] for tax in invoice["total_taxes"] if tax["tax_behavior"] == behavior)
        for behavior in ("exclusive", "inclusive")
    )
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inclusive,
        total=subtotal - taken + exclusive,
        total_excluding_tax=subtotal - taken - inclusive,
    )
    invoice["amount_due"] = invoice["amount_remaining"] = max(0, invoice["total"])


def after_discounts(line: Obj) -> int:
    taken = sum(int(taken["amount"]) for taken in line["discount_amounts"])
    return int(line["amount"]) - taken


def _take_discounts(world: World, invoice: Obj, lines: list[Obj]) -> list[Amount]:
    found = invoice["discounts"]
    open_to = [line for line in lines if line["discountable"]]
    rows = discounts.taken_off(world, found, [line["amount"] for line in open_to])
    for column, line in enumerate(open_to):
        line["discounts"] = list(found)
        line["discount_amounts"] = [
            {"amount": row[column], "discount": discount}
            for discount, row in zip(found, rows, strict=True)
        ]
    return [
        {"amount": sum(row), "discount": discount}
        for discount, row in zip(found, rows, strict=True)
    ]


def _total_taxes(lines: list[Obj]) -> list[Amount]:
    """The taxes of all lines, one entry for each rate."""
    found: dict[str, Amount] = {}
    for tax in (tax for line in lines for tax in line["taxes"]):
        total = found.setdefault(
            tax["tax_rate_details"]["tax_rate"], {**tax, "amount": 0, "taxable_amount": 0}
        )
        total["amount"] += tax["amount"]
        total["taxable_amount"] += tax["taxable_amount"]
    return list(found.values())


def apply_balance(invoice: Obj, balance: int) -> None:
    """Due and ending balance of an invoice for a customer whose balance is `balance`.

    A negative balance is credit: the invoice uses it, and a negative invoice adds to it
    (docs.stripe.com/billing/customer/balance).
    """
    total = invoice["total"]
    due = max(0, total + balance)
    invoice.update(
        starting_balance=balance,
        ending_balance=balance + total - due,
        amount_due=due,
        amount_remaining=due,
    )
