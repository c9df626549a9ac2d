"""Disputed charges (docs.stripe.com/testing#disputes, docs.stripe.com/api/disputes)."""

from typing import Any

import pytest
import stripe

from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
def disputed(shop: Shop) -> Any:
    """A function: the dispute over the first charge of a new subscription."""

    def pay(card: str = "pm_card_createDispute") -> Any:
        subscription = shop.subscribe(shop.customer(card))
        assert subscription.status == "active"
        assert shop.invoices(subscription.id)[0].status == "paid"
        return shop.client.v1.disputes.list({"limit": 1}).data[0]

    return pay


def _answer(shop: Shop, dispute: Any, text: str) -> Any:
    given: Any = {"evidence": {"uncategorized_text": text}}
    return shop.client.v1.disputes.update(dispute.id, given)


def _told(shop: Shop) -> list[str]:
    return [e.removeprefix("charge.dispute.") for e in shop.event_types() if "dispute" in e]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("createDispute", ("fraudulent", "10.4", "needs_response")),
        ("createDisputeProductNotReceived", ("product_not_received", "13.1", "needs_response")),
        ("createDisputeInquiry", ("fraudulent", "10", "warning_needs_response")),
        ("createComplianceDispute", ("noncompliant", None, "needs_response")),
    ],
)
def test_each_card_leads_to_its_dispute(
    shop: Shop, disputed: Any, card: str, expected: tuple[str, str | None, str]
) -> None:
    dispute = disputed(f"pm_card_{card}")
    assert (dispute.reason, dispute.network_reason_code, dispute.status) == expected
    charge = shop.client.v1.charges.retrieve(dispute.charge)
    assert (charge.disputed, charge.amount) == (True, dispute.amount)
    assert dispute.payment_intent == charge.payment_intent
    inquiry = dispute.status.startswith("warning_")
    assert [t.amount for t in dispute.balance_transactions] == ([] if inquiry else [-2900])
    assert _told(shop) == (["created"] if inquiry else ["created", "funds_withdrawn"])
    by_charge = shop.client.v1.disputes.list({"charge": charge.id}).data
    assert [d.id for d in by_charge] == [dispute.id]


def test_a_charge_may_be_disputed_twice(shop: Shop, disputed: Any) -> None:
    disputed("pm_card_createMultipleDisputes")
    found = shop.client.v1.disputes.list().data
    assert [d.amount for d in found] == [1450, 1450]
    assert len({d.charge for d in found}) == 1


def test_winning_brings_the_money_back_and_refunds_too(shop: Shop, disputed: Any) -> None:
    dispute = disputed()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"charge": dispute.charge})
    assert refused.value.code == "charge_disputed"
    won = _answer(shop, dispute, "winning_evidence")
    assert (won.status, won.evidence_details.submission_count) == ("won", 1)
    assert [t.amount for t in won.balance_transactions] == [-2900, 2900]
    assert _told(shop)[-3:] == ["updated", "funds_reinstated", "closed"]
    assert shop.client.v1.refunds.create({"charge": dispute.charge}).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        shop.client.v1.disputes.close(dispute.id)


def test_losing_accepting_and_forgetting_cost_the_money(
    shop: Shop, sandbox: SandboxServer, disputed: Any
) -> None:
    lost = _answer(shop, disputed(), "losing_evidence")
    assert (lost.status, _told(shop)[-2:]) == ("lost", ["updated", "closed"])
    assert shop.client.v1.disputes.close(disputed().id).status == "lost"
    forgotten, asked = disputed(), disputed("pm_card_createDisputeInquiry")
    sandbox.advance(9 * DAY)
    late = shop.client.v1.disputes.retrieve(forgotten.id)
    assert (late.status, late.evidence_details.past_due) == ("lost", True)
    assert shop.client.v1.disputes.retrieve(asked.id).status == "warning_closed"
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        shop.client.v1.refunds.create({"charge": forgotten.charge})


def test_other_evidence_waits_for_the_bank(
    shop: Shop, sandbox: SandboxServer, disputed: Any
) -> None:
    dispute = disputed()
    draft: Any = {"evidence": {"product_description": "A room"}, "submit": False}
    kept = shop.client.v1.disputes.update(dispute.id, draft)
    assert (kept.status, kept.evidence_details.has_evidence) == ("needs_response", True)
    noted = shop.client.v1.disputes.update(dispute.id, {"metadata": {"case": "7"}})
    assert (noted.status, noted.metadata["case"]) == ("needs_response", "7")
    assert _answer(shop, dispute, "Here is the contract.").status == "under_review"
    sandbox.advance(30 * DAY)
    assert shop.client.v1.disputes.retrieve(dispute.id).status == "under_review"
    file: Any = {"evidence": {"receipt": "file_1"}}
    with pytest.raises(stripe.APIError, match="receipt"):
        shop.client.v1.disputes.update(dispute.id, file)


def test_an_inquiry_takes_no_money_until_it_is_escalated(shop: Shop, disputed: Any) -> None:
    inquiry = disputed("pm_card_createDisputeInquiry")
    escalated = _answer(shop, inquiry, "escalate_inquiry_evidence")
    assert (escalated.status, escalated.is_charge_refundable) == ("needs_response", False)
    assert [t.amount for t in escalated.balance_transactions] == [-2900]
    other = disputed("pm_card_createDisputeInquiry")
    shop.client.v1.refunds.create({"charge": other.charge, "amount": 100})
    closed = _answer(shop, other, "losing_evidence")
    assert (closed.status, closed.balance_transactions) == ("warning_closed", [])


def test_a_debit_is_disputed_at_once(shop: Shop) -> None:
    customer = shop.customer(None)
    shop.set_default(customer, shop.attach(customer, "pm_sepaDebit_disputed_de"))
    shop.subscribe(customer, shop.price(2900, "eur"))
    [dispute] = shop.client.v1.disputes.list().data
    assert (dispute.status, dispute.payment_method_details) == ("needs_response", None)
