"""The sandbox without a socket: the real SDK on top of the service, for tests of many steps."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe

from portal_app.sandbox.engine import lifecycle, next_charge, settings
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.service import Call, Service
from portal_app.sandbox.store import Store
from tests.provider.sandbox_server import KEY, CheckedHTTPClient

BASE = "http://sandbox.invalid"


def called(method: str, url: str, headers: Any, post_data: Any = None) -> Call:
    """A request of the SDK as the service takes it."""
    target = urlsplit(url)
    return Call(
        method=method.upper(),
        path=target.path,
        form=post_data or target.query,
        base=BASE,
        authorization=headers.get("Authorization", ""),
        idempotency_key=headers.get("Idempotency-Key"),
    )


class InProcessClient(CheckedHTTPClient):
    """Checks every answer against the SDK's annotations, as the client over HTTP does."""

    def __init__(self, account: "Account") -> None:
        super().__init__()
        self._account = account

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        answer = self._account.service.serve(called(method, url, headers, post_data))
        return self._checked((answer.body, answer.status, {"Request-Id": answer.request_id}))


class Crash(Exception):
    """The process died here."""


class _Dying:
    """A connection whose process dies before its `left`-th write; `copy` is made at that moment."""

    def __init__(self, real: Any, left: int, copy: Callable[[], None]) -> None:
        self._real, self._left, self._copy = real, left, copy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> Any:
        return self._real.__enter__()

    def __exit__(self, *raised: object) -> Any:
        return self._real.__exit__(*raised)

    def execute(self, *statement: Any) -> Any:
        return self._write(self._real.execute, statement)

    def executemany(self, *statement: Any) -> Any:
        return self._write(self._real.executemany, statement)

    def _write(self, run: Any, statement: Any) -> Any:
        if not statement[0].lstrip().startswith("SELECT"):
            self._left -= 1
            if self._left < 0:
                self._copy()
                raise Crash
        return run(*statement)


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

    def crash(self, request: Callable[[], object], *, after: int) -> bool:
        """Die within `request`, after so many writes, and start again from what is on disk then.

        False when the request was done before.
        """
        assert self._path is not None
        folder, survived = self._path.parent, self._path.parent.with_suffix(".survived")
        store: Any = self.service._store
        store._db = _Dying(store._db, after, lambda: _copied(folder, survived))
        died = False
        try:
            request()
        except Crash:
            died = True
        else:
            _copied(folder, survived)
        self.service.close()
        shutil.copytree(survived, folder, dirs_exist_ok=True)
        shutil.rmtree(survived)
        self.service = Service(Store(self._path))
        return died

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
        self.control(action)
        return time.process_time() - started

    def emitted(self) -> list[Obj]:
        """The events of the last request that changed something, unless it was undone."""
        return [event for event in self.world.emitted if event["_seq"] <= self.world.counter]

    def set(self, **given: Any) -> None:
        self.control(lambda world: settings.change(world, given))

    def fail_next_charge(self, decline: str, customer: str | None) -> None:
        given = {"decline": decline, "customer": customer}
        self.control(lambda world: next_charge.plan(world, given))

    def control(self, action: Any) -> None:
        answer = self.service.control(action, authorization=f"Bearer {KEY}", base=BASE)
        assert answer.status == 200, answer.body


def _copied(folder: Path, survived: Path) -> None:
    """What a dead process leaves: the file with its log, and nothing that was not written yet."""
    shutil.copytree(folder, survived)
