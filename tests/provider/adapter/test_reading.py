"""How fast the provider is read: within its limits, waiting when told to, side by side."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
import stripe

from portal_app.ingest.wallets import IN_FLIGHT, wallets
from portal_app.kit.errors import ProviderUnavailable
from portal_app.provider.facts import WHOLE
from portal_app.provider.stripe.reading import (
    LIVE_READS_PER_SECOND,
    PAUSES,
    TEST_READS_PER_SECOND,
    Reader,
    reads_per_second,
)
from portal_app.provider.stripe.transport import StripeTransport
from portal_app.provider.stripe_adapter import StripeProvider
from tests.provider.adapter import objects
from tests.provider.adapter.scripted_account import WALLET, Account
from tests.provider.adapter.test_adapter import Answer, answering, error, everything

LIMITED = (429, json.dumps(error("rate_limit_error", code="rate_limit")).encode())

GONE = (404, json.dumps(error("invalid_request_error", code="resource_missing")).encode())


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited for, without waiting."""
    waited: list[float] = []

    async def at_once(_client: object, seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(StripeTransport, "sleep_async", at_once)
    return waited


def test_keys_have_the_limits_of_their_mode() -> None:
    assert reads_per_second("sk_live_1", None) == LIVE_READS_PER_SECOND < 100
    assert reads_per_second("rk_live_1", None) == LIVE_READS_PER_SECOND
    assert reads_per_second("sk_test_1", None) == TEST_READS_PER_SECOND < 25
    assert reads_per_second("sk_test_sandbox", "http://127.0.0.1:1") is None


async def test_a_limit_is_waited_out(pauses: list[float]) -> None:
    answers = [LIMITED, LIMITED, (200, json.dumps(objects.listed(objects.product())).encode())]

    async def script(_target: str) -> Answer:
        return answers.pop(0)

    async with answering(script) as (_scripted, provider):
        assert [product.id for product in await everything(provider)] == ["prod_1"]
    assert pauses == list(PAUSES[:2])


async def test_a_limit_that_stays_is_an_error_in_the_end(pauses: list[float]) -> None:
    async def script(_target: str) -> Answer:
        return LIMITED

    async with answering(script) as (scripted, provider):
        with pytest.raises(ProviderUnavailable):
            await everything(provider)
    assert len(scripted.heads) == len(PAUSES) + 1
    assert sum(pauses) == sum(PAUSES) == 31


async def test_reads_begin_no_faster_than_they_may() -> None:
    async def script(_target: str) -> Answer:
        return 200, b"{}"

    async with answering(script) as (scripted, _provider):
        http = StripeTransport()
        client = stripe.StripeClient(
            "sk_test_1",
            base_addresses={"api": scripted.base},  # type: ignore[typeddict-item]
            http_client=http,
        )
        reader = Reader(client, http, per_second=20)
        began = time.monotonic()
        await asyncio.gather(*(reader.get("/v1/products", {}) for _ in range(11)))
        assert time.monotonic() - began >= 10 / 20
        await http.close_async()


async def test_a_draft_that_is_deleted_while_it_is_read_is_passed_over() -> None:
    account = Account()
    long = objects.invoice(id="in_gone")
    long["lines"]["has_more"] = True
    account.listings["/v1/invoices"] = [long, objects.invoice()]

    async def script(target: str) -> Answer:
        return GONE if "in_gone" in target else await account.script(target)

    async with answering(script) as (_scripted, provider):
        pages = [page async for page in provider.invoices()]
    assert [fact.id for fact in pages[0].facts] == ["in_1"]
    assert pages[0].malformed == ()


class Slow(Account):
    """Answers each wallet after the others that were asked for at once have arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.busy = self.busiest = 0

    async def script(self, target: str) -> tuple[int, bytes]:
        if "payment_methods" not in target:
            return await super().script(target)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(0.01)
        self.busy -= 1
        return await super().script(target)


@pytest.fixture
async def slow() -> AsyncIterator[tuple[Slow, StripeProvider]]:
    account = Slow()
    ids = [f"cus_{number}" for number in range(30)]
    account.listings["/v1/customers"] = [objects.customer(id=one) for one in ids]
    account.listings |= {
        WALLET.format(one): [objects.card(id=f"pm_{one}", customer=one)] for one in ids
    }
    async with answering(account.script) as (_scripted, provider):
        yield account, provider


async def test_wallets_are_asked_for_side_by_side_and_stay_in_order(
    slow: tuple[Slow, StripeProvider],
) -> None:
    account, provider = slow
    pages = [page async for page in wallets(provider, WHOLE)]
    assert 1 < account.busiest <= IN_FLIGHT
    found = [(one.customer.id, [m.id for m in one.methods]) for one in pages[0].facts]
    assert found == [(f"cus_{number}", [f"pm_cus_{number}"]) for number in range(30)]
