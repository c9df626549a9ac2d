"""`account`: an empty sandbox and, when there is a `STRIPE_TEST_KEY`, Stripe's own test mode."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import pytest

from portal_app.provider.stripe_writer import StripeWriter
from tests.contract.account import STRIPE_HOST, Account, Recorder, reachable, test_key
from tests.contract.scene import START, Scene
from tests.provider.sandbox_server import KEY, SandboxServer, serve_sandbox


@pytest.fixture(scope="session")
def _served() -> Iterator[SandboxServer]:
    with serve_sandbox() as server:
        yield server


def _accounts() -> list[str]:
    return ["sandbox", "stripe"] if test_key() else ["sandbox"]


@pytest.fixture(params=_accounts())
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "sandbox":
        server: SandboxServer = request.getfixturevalue("_served")
        server.reset()
        server.advance_to(START)
        account, guard = Account("sandbox", KEY, server.origin), nullcontext()
    else:
        account, guard = Account("stripe", test_key()), reachable(STRIPE_HOST)
    with guard:
        yield account
        account.close()


@pytest.fixture
async def _adapter(account: Account) -> AsyncIterator[tuple[StripeWriter, Recorder]]:
    writer, recorder = account.writer()
    yield writer, recorder
    await writer.close()


@pytest.fixture
def writer(_adapter: tuple[StripeWriter, Recorder]) -> StripeWriter:
    return _adapter[0]


@pytest.fixture
def recorder(_adapter: tuple[StripeWriter, Recorder]) -> Recorder:
    return _adapter[1]


@pytest.fixture
def scene(account: Account, recorder: Recorder) -> Iterator[Scene]:
    scene = Scene(account, recorder)
    yield scene
    scene.close()
