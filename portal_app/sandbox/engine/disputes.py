"""Disputes: somebody's bank takes a charge back, and what is said about it.

docs.stripe.com/disputes, docs.stripe.com/api/disputes, docs.stripe.com/testing#disputes: the text
of the evidence decides. An inquiry takes no money unless it is escalated. There are no fees.
"""

from typing import Any

from portal_app.sandbox.engine import payment_methods
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.declines import Complaint
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]

TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
_FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
TO_ANSWER = ("needs_response", "warning_needs_response")
# Full days to answer; Stripe's are the network's and differ.
_DAYS_TO_ANSWER = 8


def open_over(world: World, charge: Obj, method: Obj) -> None:
    """What the method's test number says must follow its successful charge."""
    complaint = payment_methods.complaint(method)
    if complaint is None:
        return
    world.edit(charge["id"])["disputed"] = True
    rest = charge["amount"]
    for left in range(complaint.cases, 0, -1):
        amount = rest // left
        rest -= amount
        _open(world, charge, complaint, amount)


def _open(world: World, charge: Obj, complaint: Complaint, amount: int) -> None:
    dispute = world.add(_new(world, charge, complaint, amount), "charge.dispute.created")
    if complaint.case_type != "inquiry":
        _move(world, dispute, -amount)


def _new(world: World, charge: Obj, complaint: Complaint, amount: int) -> Obj:
    details = None
    if card := charge["payment_method_details"].get("card"):
        details = {
            "card": {
                "brand": card["brand"],
                "case_type": complaint.case_type,
                "network": card["network"],
                "network_reason_code": complaint.network_reason_code,
            },
            "type": "card",
        }
    inquiry = complaint.case_type == "inquiry"
    return {
        "id": world.new_id("dp"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys((*TEXTS, *_FILES)), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": _due_by(world),
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": complaint.network_reason_code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": details,
        "reason": complaint.reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _due_by(world: World) -> int:
    return (world.now // DAY + _DAYS_TO_ANSWER + 1) * DAY - 1


def _move(world: World, dispute: Obj, amount: int) -> None:
    """Money that leaves the account, or comes back, with the event of it."""
    dispute = world.edit(dispute["id"])
    word, event = ("withdrawal", "funds_withdrawn")
    if amount > 0:
        word, event = ("reversal", "funds_reinstated")
    dispute["balance_transactions"].append(
        {
            "id": world.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": world.now,
            "balance_type": "payments",
            "created": world.now,
            "currency": dispute["currency"],
            "description": f"Chargeback {word} for {dispute['charge']}",
            "exchange_rate": None,
            "fee": 0,
            "fee_details": [],
            "net": amount,
            "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
            "source": dispute["id"],
            "status": "available",
            "type": "adjustment",
        }
    )
    world.emit(f"charge.dispute.{event}", dispute)


def _still_open(world: World, dispute_id: str) -> Obj:
    dispute = world.get("dispute", dispute_id)
    if dispute["status"] not in OPEN:
        raise invalid("This dispute is already closed")
    return dispute


def update(world: World, dispute_id: str, params: Params) -> Obj:
    """Evidence is submitted unless `submit` is false; then the dispute is decided or looked at."""
    evidence = params.get("evidence")
    if evidence:
        _still_open(world, dispute_id)
    world.get("dispute", dispute_id)
    submits = bool(evidence) and params.get("submit", True)
    with world.changing(dispute_id, "charge.dispute.updated") as dispute:
        if "metadata" in params:
            dispute["metadata"] = merge_metadata(dispute["metadata"], params["metadata"])
        dispute["evidence"].update(evidence or {})
        details = dispute["evidence_details"]
        details["has_evidence"] = any(dispute["evidence"][name] for name in TEXTS)
        if submits:
            details["submission_count"] += 1
            details["submission_method"] = "manual"
            inquiry = dispute["status"].startswith("warning_")
            dispute["status"] = "warning_under_review" if inquiry else "under_review"
    if submits:
        world.emit("charge.updated", world.objects[dispute["charge"]])
        _decide(world, dispute)
    return dispute


def _decide(world: World, dispute: Obj) -> None:
    text = dispute["evidence"]["uncategorized_text"]
    inquiry = dispute["status"] == "warning_under_review"
    if inquiry and text == "escalate_inquiry_evidence":
        _escalate(world, dispute)
    elif inquiry and text in ("losing_evidence", "winning_evidence"):
        _end(world, dispute, "warning_closed")
    elif text == "winning_evidence":
        world.edit(dispute["id"]).update(status="won", is_charge_refundable=True)
        _move(world, dispute, dispute["amount"])
        _end(world, dispute, "won")
    elif text == "losing_evidence":
        _end(world, dispute, "lost")


def _escalate(world: World, dispute: Obj) -> None:
    """The inquiry has become a chargeback, with days of its own to answer."""
    with world.changing(dispute["id"], "charge.dispute.updated") as changed:
        changed.update(status="needs_response", is_charge_refundable=False)
        changed["evidence_details"].update(due_by=_due_by(world), past_due=False)
        if details := changed["payment_method_details"]:
            details["card"]["case_type"] = "chargeback"
    _move(world, dispute, -dispute["amount"])


def _end(world: World, dispute: Obj, status: str) -> None:
    world.edit(dispute["id"])["status"] = status
    world.emit("charge.dispute.closed", dispute)


def close(world: World, dispute_id: str) -> Obj:
    """Accept it: the money is lost. An inquiry is closed without having cost any."""
    dispute = _still_open(world, dispute_id)
    _end(world, dispute, "warning_closed" if dispute["status"].startswith("warning_") else "lost")
    world.emit("charge.updated", world.objects[dispute["charge"]])
    return dispute


def due(_world: World, dispute: Obj) -> int | None:
    """The last moment for an answer."""
    if dispute["status"] not in TO_ANSWER:
        return None
    return int(dispute["evidence_details"]["due_by"])


def step(world: World, dispute: Obj) -> None:
    """Nobody has answered in time."""
    world.edit(dispute["id"])["evidence_details"]["past_due"] = True
    close(world, dispute["id"])


def check_refundable(world: World, charge: Obj) -> None:
    """Raises `charge_disputed` while, and after, a bank has taken the money back."""
    found = world.where("dispute", charge=charge["id"])
    if not all(dispute["is_charge_refundable"] for dispute in found):
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
