"""`account`: a sandbox and, when there is a `STRIPE_TEST_KEY`, Stripe's own test mode.

Clients and their event loop last for a module: making them takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from portal_app.provider.stripe_writer import StripeWriter
from tests.contract.account import STRIPE_HOST, Account, Recorder, given_key, reachable
from tests.contract.scene import START, Scene
from tests.provider.sandbox_server import KEY, serve_sandbox

ACCOUNTS = ["sandbox", "stripe"] if given_key() else ["sandbox"]


@pytest.fixture(scope="module", params=ACCOUNTS)
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "stripe":
        with reachable(STRIPE_HOST):
            yield from _opened(Account(given_key()))
    else:
        with serve_sandbox() as server:
            yield from _opened(Account(KEY, server))


def _opened(account: Account) -> Iterator[Account]:
    yield account
    account.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _adapter(account: Account) -> AsyncIterator[tuple[StripeWriter, Recorder]]:
    writer, recorder = account.writer()
    yield writer, recorder
    await writer.close()


@pytest.fixture
def writer(_adapter: tuple[StripeWriter, Recorder]) -> StripeWriter:
    return _adapter[0]


@pytest.fixture
def recorder(_adapter: tuple[StripeWriter, Recorder]) -> Recorder:
    _adapter[1].sent.clear()
    return _adapter[1]


@pytest.fixture
def scene(account: Account, recorder: Recorder) -> Iterator[Scene]:
    """What it makes is taken away again; a sandbox is emptied instead, all but once."""
    if account.sandbox:
        account.sandbox.reset()
        account.sandbox.advance_to(START)
    scene = Scene(account, recorder)
    yield scene
    if not account.sandbox:
        scene.close()
