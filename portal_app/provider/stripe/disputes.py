"""Disputes: payments that a bank questions for its customer, or has taken back."""

from __future__ import annotations

from portal_app.provider.facts import DisputeFacts
from portal_app.provider.stripe.fields import Fields


def dispute_facts(obj: object) -> DisputeFacts:
    dispute = Fields(obj, "dispute")
    evidence = dispute.part_or_none("evidence_details")
    return DisputeFacts(
        id=dispute.text("id"),
        payment_id=dispute.ref_or_none("payment_intent"),
        charge_id=dispute.ref("charge"),
        status=dispute.text("status"),
        reason=dispute.text_or_empty("reason"),
        amount=dispute.money("amount", dispute.currency()),
        funds_withdrawn=_moved(dispute) < 0,
        respond_by=evidence.moment_or_none("due_by") if evidence else None,
        created_at=dispute.moment("created"),
    )


def _moved(dispute: Fields) -> int:
    """What the dispute has done to the account's balance, in the balance's own currency.

    An inquiry moves nothing; a withdrawal is negative and a reinstatement takes it back.
    """
    return sum(one.whole("amount") for one in dispute.parts_or_none("balance_transactions"))
