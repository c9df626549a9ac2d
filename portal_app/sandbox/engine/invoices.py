"""Invoices once they exist: finalizing, paying, retrying, voiding."""

from typing import Any

from portal_app.sandbox.engine import amounts, balances, payments, settings, totals
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.declines import ACTION, Decline
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

NO_METHOD = Decline(
    "resource_missing",
    None,
    "This customer has no attached payment source or default payment method.",
)


def finalize(world: World, invoice_id: str, *, intent_id: str | None = None) -> Obj:
    """Number it, settle it against the customer's balance and open its payment.

    `intent_id` is the payment that has already happened (Checkout); otherwise one is created.
    """
    require_status(world.get("invoice", invoice_id), "draft", "finalized")
    with world.changing(invoice_id, "invoice.finalized") as invoice:
        customer = world.edit(invoice["customer"])
        totals.apply_balance(invoice, customer["balance"])
        sequence = customer["next_invoice_sequence"]
        customer["next_invoice_sequence"] = sequence + 1
        invoice.update(
            status="open",
            automatically_finalizes_at=None,
            number=f"{customer['invoice_prefix']}-{sequence:04d}",
            effective_at=world.now,
            hosted_invoice_url=f"/pages/invoices/{invoice_id}",
            invoice_pdf=f"/pages/invoices/{invoice_id}/pdf",
        )
        invoice["status_transitions"]["finalized_at"] = world.now
    if invoice["amount_due"] == 0:
        mark_paid(world, invoice_id)
    else:
        _open_payment(world, invoice, intent_id)
    balances.apply_to(world, invoice)
    return invoice


def _open_payment(world: World, invoice: Obj, intent_id: str | None) -> None:
    if intent_id is None:
        intent_id = payments.create_intent(
            world,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            description=_intent_description(invoice["billing_reason"]),
        )["id"]
    world.edit(intent_id)["_invoice"] = invoice["id"]
    payment = _link_payment(world, invoice, intent_id)
    world.edit(invoice["id"]).update(_intent=intent_id, _payment=payment["id"])


def _intent_description(reason: str) -> str:
    return {
        "subscription_create": "Subscription creation",
        "subscription_cycle": "Subscription update",
        "subscription_update": "Subscription update",
    }.get(reason, "Payment for Invoice")


def _link_payment(world: World, invoice: Obj, intent_id: str) -> Obj:
    """The record between an invoice and a payment intent: invoices no longer name one."""
    return world.add(
        {
            "id": world.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": world.now,
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent_id, "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def collect(
    world: World,
    invoice_id: str,
    *,
    method_id: str | None = None,
    automatic: bool = True,
    off_session: bool = True,
) -> Decline | None:
    """Try to charge an open invoice. Returns why it failed, or `ACTION`.

    None means that it is paid now, or that a debit is under way (`is_processing`).
    """
    invoice = world.objects[invoice_id]
    method_id = method_id or payment_method_for(world, invoice)
    if method_id is None:
        refusal: Decline | None = NO_METHOD
    else:
        method = world.get("payment_method", method_id)
        refusal = payments.confirm(world, invoice["_intent"], method, off_session=off_session)
    # "Any payment attempt counts as the first attempt, and subsequently only automatic retries
    # increment the attempt count." (Invoice.attempt_count)
    counts = automatic or not invoice["attempted"]
    if refusal:
        failed(world, invoice_id, refusal, counts=counts)
    elif is_processing(world, invoice):
        with world.changing(invoice_id, "invoice.updated") as invoice:
            invoice["attempt_count"] += counts
            invoice.update(attempted=True, next_payment_attempt=None)
    else:
        mark_paid(world, invoice_id, counts=counts)
    return refusal


def is_processing(world: World, invoice: Obj) -> bool:
    """Whether a debit for this open invoice is under way."""
    intent = world.objects.get(invoice["_intent"] or "")
    return bool(intent and intent["status"] == "processing")


def failed(world: World, invoice_id: str, refusal: Decline, *, counts: bool) -> None:
    """After a charge that did not succeed: when to try again, and who is told."""
    with world.changing(invoice_id, "invoice.updated", "invoice.payment_failed") as invoice:
        invoice["attempt_count"] += counts
        invoice["attempted"] = True
        if invoice["auto_advance"] and invoice["collection_method"] == "charge_automatically":
            invoice["_first_failure"] = invoice["_first_failure"] or world.now
            invoice["next_payment_attempt"] = _next_retry(world, invoice)
    if refusal is ACTION:
        world.emit("invoice.payment_action_required", invoice)
    with world.changing(invoice["customer"], "customer.updated") as customer:
        customer["delinquent"] = True


def _next_retry(world: World, invoice: Obj) -> int | None:
    retry_days = settings.read(world)["retry_days"]
    days = (invoice["_first_failure"] + day * DAY for day in retry_days)
    return next((moment for moment in days if moment > world.now), None)


def payment_method_for(world: World, invoice: Obj) -> str | None:
    """Invoice, then subscription, then customer (docs.stripe.com/billing/collection-method)."""
    details = (invoice["parent"] or {}).get("subscription_details")
    subscription = world.objects[details["subscription"]] if details else {}
    customer = world.objects[invoice["customer"]]
    found: str | None = (
        invoice["default_payment_method"]
        or subscription.get("default_payment_method")
        or customer["invoice_settings"]["default_payment_method"]
    )
    return found


def mark_paid(
    world: World, invoice_id: str, *, counts: bool = False, out_of_band: bool = False
) -> None:
    """`counts` says whether the payment behind it was one more attempt."""
    with world.changing(invoice_id, "invoice.updated") as invoice:
        invoice.update(
            status="paid",
            attempted=True,
            attempt_count=invoice["attempt_count"] + counts,
            auto_advance=False,
            amount_paid=invoice["amount_due"],
            amount_remaining=0,
            next_payment_attempt=None,
        )
        invoice["status_transitions"]["paid_at"] = world.now
    if invoice["_payment"]:
        with world.changing(invoice["_payment"], "invoice_payment.paid") as payment:
            payment.update(status="paid", amount_paid=0 if out_of_band else invoice["amount_due"])
            payment["status_transitions"]["paid_at"] = world.now
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    _forgive(world, invoice["customer"])


def _forgive(world: World, customer_id: str) -> None:
    """A customer who owes nothing after a failed charge is no longer delinquent."""
    if not world.objects[customer_id]["delinquent"]:
        return
    waiting = world.where("invoice", customer=customer_id, status="open")
    if not any(invoice["attempted"] for invoice in waiting):
        with world.changing(customer_id, "customer.updated") as customer:
            customer["delinquent"] = False


def pay(world: World, invoice_id: str, params: Params) -> Obj:
    """Charge now. Raises the 402 of a declined card, with the failed attempt remembered."""
    invoice = world.get("invoice", invoice_id)
    if invoice["status"] == "paid":
        if world.edit(invoice_id)["amount_due"] == 0:
            return invoice
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] != "uncollectible":
        require_status(invoice, "open", "paid")
    if is_processing(world, invoice):
        raise invalid("A payment of this invoice is already under way.")
    if params.get("paid_out_of_band"):
        mark_paid(world, invoice_id, out_of_band=True)
        return invoice
    method_id = params.get("payment_method")
    _check_method(world, invoice, method_id)
    off_session = params.get("off_session", True)
    refusal = collect(
        world, invoice_id, method_id=method_id, automatic=False, off_session=off_session
    )
    if refusal is not None:
        intent = world.objects[invoice["_intent"]]
        error = refusal.error(charge=intent["latest_charge"], payment_intent=present(world, intent))
        error.keeps_changes = True
        raise error
    return invoice


def _check_method(world: World, invoice: Obj, method_id: str | None) -> None:
    if method_id:
        method = world.get("payment_method", method_id, param="payment_method")
        if method["customer"] != invoice["customer"]:
            raise invalid(
                "The payment method must be attached to the invoice's customer.",
                param="payment_method",
            )
    elif payment_method_for(world, invoice) is None:
        raise invalid(
            f"{NO_METHOD.message} Please consider adding a default payment method.",
            code="resource_missing",
        )


def close(world: World, invoice_id: str, status: str) -> None:
    """`void` or `uncollectible`, with its payment intent canceled when voided."""
    moment, event = {
        "void": ("voided_at", "invoice.voided"),
        "uncollectible": ("marked_uncollectible_at", "invoice.marked_uncollectible"),
    }[status]
    with world.changing(invoice_id, "invoice.updated", event) as invoice:
        invoice.update(status=status, auto_advance=False, next_payment_attempt=None)
        invoice["status_transitions"][moment] = world.now
    if status == "void":
        balances.give_back(world, invoice)
    if status == "void" and invoice["_payment"]:
        payment = world.edit(invoice["_payment"])
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = world.now
        payments.cancel_intent(world, invoice["_intent"], "void_invoice")


def require_status(invoice: Obj, status: str, verb: str) -> None:
    if invoice["status"] != status:
        raise invalid(
            f"This invoice can't be {verb} because it is {invoice['status']}, not {status}: "
            f"{amounts.written(invoice['amount_due'], invoice['currency'])}.",
            code="invoice_not_editable",
        )
