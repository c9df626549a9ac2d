"""What an invoice adds up to."""

from portal_app.sandbox.engine.world import Obj


def set_totals(invoice: Obj) -> None:
    total = sum(line["amount"] for line in invoice["lines"]["data"])
    for key in ("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"):
        invoice[key] = total
    invoice["amount_due"] = invoice["amount_remaining"] = max(0, total)


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
