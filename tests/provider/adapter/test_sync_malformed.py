"""Objects that can't be read: left out, counted, and what was known before stays as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from portal_app.customers.models import Customer
from portal_app.invoices.models import Invoice
from portal_app.kit.db import Database
from portal_app.memberships.models import Membership, MembershipEvent
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import Clocks
from tests.provider.adapter.account import count, imported, one
from tests.provider.adapter.scripted_account import Account
from tests.provider.adapter.test_adapter import answering

SECRET = "whsec_never_in_a_log"


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
async def provider(account: Account) -> AsyncIterator[StripeProvider]:
    async with answering(account.script) as (_scripted, provider):
        yield provider


@pytest.mark.parametrize(
    ("listing", "field", "kind"),
    [
        ("/v1/customers", "invoice_settings", "customers"),
        ("/v1/customers/cus_1/payment_methods", "type", "payment methods"),
        ("/v1/subscriptions", "items", "subscriptions"),
        ("/v1/invoices", "total", "invoices"),
    ],
)
async def test_what_was_known_stays_as_it_was(
    *,
    account: Account,
    provider: StripeProvider,
    companies: Database,
    clocks: Clocks,
    caplog: pytest.LogCaptureFixture,
    listing: str,
    field: str,
    kind: str,
) -> None:
    first = await imported(provider, companies)
    assert (first.skipped, first.seen) == (0, 8)
    models = (Customer, PaymentMethod, Membership, Invoice)
    before = {model: await one(companies, model) for model in models}
    events = await count(companies, MembershipEvent)

    broken = account.listings[listing][0]
    broken |= {field: [SECRET], "name": "Changed", "description": "Changed"}
    clocks.wall.advance(timedelta(minutes=5))
    second = await imported(provider, companies)

    assert second.skipped == second.kinds[kind].skipped == 1
    assert second.written == 0
    for model in models:
        after = await one(companies, model)
        same = {"observed_at"}
        assert after.model_dump(exclude=same) == before[model].model_dump(exclude=same)
    assert await count(companies, MembershipEvent) == events
    assert str(broken["id"]) in caplog.text
    assert SECRET not in caplog.text
