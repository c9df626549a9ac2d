"""The sandbox without a socket: the real SDK on top of the service, for tests of many steps."""

import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe

from portal_app.sandbox.engine import lifecycle, settings
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.service import Call, Service
from portal_app.sandbox.store import Store
from tests.provider.sandbox_server import KEY, CheckedHTTPClient

BASE = "http://sandbox.invalid"


class InProcessClient(CheckedHTTPClient):
    """Checks every answer against the SDK's annotations, as the client over HTTP does."""

    def __init__(self, account: "Account") -> None:
        super().__init__()
        self._account = account

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        target = urlsplit(url)
        call = Call(
            method=method.upper(),
            path=target.path,
            form=post_data or target.query,
            base=BASE,
            authorization=headers.get("Authorization", ""),
            idempotency_key=headers.get("Idempotency-Key"),
        )
        answer = self._account.service.serve(call)
        return self._checked((answer.body, answer.status, {"Request-Id": answer.request_id}))


class Account:
    """One account in a file, or in memory. `restart` loads it again from what was written."""

    def __init__(self, path: Path | None, *, now: int) -> None:
        self._path = path
        self.service = Service(Store(path))
        self.advance_to(now)
        self.transport = InProcessClient(self)
        self.client = stripe.StripeClient(
            KEY, base_addresses={"api": BASE}, http_client=self.transport
        )

    @property
    def world(self) -> World:
        return self.service.world

    def restart(self) -> None:
        self.service.close()
        self.service = Service(Store(self._path))

    def close(self) -> None:
        self.service.close()
        self.transport.close()

    def advance_to(self, now: int) -> float:
        """Returns the seconds of processor time that it took: other programs do not lengthen it."""

        def action(world: World) -> Obj:
            if world.objects:
                lifecycle.advance(world, now)
            else:
                world.now = now
            return {}

        started = time.process_time()
        self._control(action)
        return time.process_time() - started

    def set(self, **given: Any) -> None:
        self._control(lambda world: settings.change(world, given))

    def _control(self, action: Any) -> None:
        answer = self.service.control(action, authorization=f"Bearer {KEY}", base=BASE)
        assert answer.status == 200, answer.body
