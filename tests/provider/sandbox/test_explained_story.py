"""Whatever happens to a subscription, each difference between its invoices is fully explained.

The bills are those that the projection would store; their lines add up to what was charged, so that
nothing is left for “Other”.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from portal_app.invoices.models import Invoice, InvoiceLine
from portal_app.invoices.projection.invoices import _invoice_values, _line_values
from portal_app.invoices.rules.explain import Bill, Cause, bill_of, explain
from portal_app.provider.stripe.invoices import invoice_facts
from tests.provider.sandbox.test_story import SOAK, Story

STORIES = 500 if SOAK else 4


def bill(invoice: Any) -> Bill:
    facts = invoice_facts(json.loads(str(invoice)))
    row = Invoice(customer_id="", stripe_invoice_id=facts.id, **_invoice_values(facts))
    lines = [
        InvoiceLine(invoice_id=row.id, position=position, **_line_values(line))
        for position, line in enumerate(facts.lines)
    ]
    made = bill_of(row, lines)
    assert sum(line.amount_minor - line.discount_minor + line.tax_minor for line in lines) == (
        row.total_minor
    )
    return made


class Explained(Story):
    """The same stories; at the end every invoice is compared with the one before it."""

    def teardown(self) -> None:
        try:
            self._explain_everything()
        finally:
            super().teardown()

    def _explain_everything(self) -> None:
        by_subscription: defaultdict[str, list[Any]] = defaultdict(list)
        for invoice in self.api.invoices.list({"limit": 100}).auto_paging_iter():
            details = invoice.parent and invoice.parent.subscription_details
            if details and not invoice.lines.has_more:
                by_subscription[details.subscription].append(invoice)
        for invoices in by_subscription.values():
            bills = [bill(invoice) for invoice in reversed(invoices)]
            for before, now in pairwise(bills):
                parts = explain(before, now)
                assert Cause.OTHER not in {part.cause for part in parts}
                assert sum(part.amount for part in parts) == now.due - before.due


TestExplained = Explained.TestCase
TestExplained.settings = settings(
    max_examples=STORIES,
    stateful_step_count=40,
    deadline=None,
    derandomize=not SOAK,
    database=None,
    phases=tuple(Phase) if SOAK else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
