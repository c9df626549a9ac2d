"""The steps of a story that nobody wishes for: refunds, disputes, declines, deaths."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portal_app.sandbox.engine import disputes
from tests.provider.sandbox.story import Teller, anywhere

ANSWERS = ("winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "A letter.", "")


class Troubles(Teller):
    """Steps that go wrong, for the customer or for the process."""

    @rule(number=anywhere, part=st.sampled_from([0.3, 1]))
    def refund(self, number: int, part: float) -> None:
        charge = self._some("charge", number, paid=True, refunded=False)
        if charge and self._is_refundable(charge):
            left = charge["amount"] - charge["amount_refunded"]
            amount = max(1, int(left * part))
            self.api.refunds.create({"charge": charge["id"], "amount": amount})

    def _is_refundable(self, charge: Any) -> bool:
        found = self.account.world.where("dispute", charge=charge["id"])
        return all(dispute["is_charge_refundable"] for dispute in found)

    @rule(number=anywhere, answer=st.sampled_from(ANSWERS))
    def answer_a_dispute(self, number: int, answer: str) -> None:
        found = [d for d in self.account.world.all("dispute") if d["status"] in disputes.OPEN]
        if not found:
            return
        dispute = found[number % len(found)]["id"]
        if answer:
            self.api.disputes.update(dispute, {"evidence": {"uncategorized_text": answer}})
        else:
            self.api.disputes.close(dispute)

    @rule(number=anywhere, decline=st.sampled_from(["lost_card", "authentication_required"]))
    def let_the_next_charge_fail(self, number: int, decline: str) -> None:
        customer = self._some("customer", number)
        self.account.fail_next_charge(decline, customer["id"] if number % 2 else None)

    @precondition(lambda self: len(self.account.world.objects) > 20)
    @rule()
    def restart(self) -> None:
        before = self._snapshot()
        self.account.restart()
        assert self._snapshot() == before

    @precondition(lambda self: len(self.account.world.objects) > 20)
    @rule(number=anywhere, after=st.integers(0, 3), waits=st.booleans())
    def die(self, number: int, after: int, waits: bool) -> None:
        """In the middle of writing what a request did: then it did nothing."""
        before = self._snapshot()
        customer = self._some("customer", number)["id"]

        def request() -> None:
            if waits:
                self.wait(31 * 24)
            else:
                self.shop.attach(customer, "pm_card_visa")

        if self.account.crash(request, after=after):
            assert self._snapshot() == before
