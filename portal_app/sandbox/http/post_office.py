"""Between account and courier: plans deliveries, hands them out, notes what became of them."""

import threading
from collections.abc import Callable
from random import Random

import orjson

from portal_app.sandbox.delivery_log import DeliveryLog
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.webhooks import Delivery, DeliveryFaults, endpoints_for, plan
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.courier import Courier, Letter

SUCCESS = range(200, 300)


class PostOffice:
    """`world` is asked for the account each time, as a reset replaces it; all under `lock`."""

    def __init__(self, log: DeliveryLog, world: Callable[[], World], lock: threading.Lock) -> None:
        self._log, self._world, self._lock = log, world, lock
        self._courier = Courier(self)
        self.set_faults(DeliveryFaults())
        if log.next_due() is not None:
            self._courier.ring()

    def close(self) -> None:
        self._courier.close()

    def set_faults(self, faults: DeliveryFaults) -> None:
        self.faults = faults
        self._chance = Random(faults.seed)  # noqa: S311 - faults, not secrets

    # The caller of these two holds the lock.
    def planned(self, *, wall: float) -> list[tuple[Delivery, bytes]]:
        """The deliveries of what the present request emitted, with their bodies."""
        world = self._world()
        found = plan(world, world.emitted, self.faults, self._chance, wall=wall)
        return [(delivery, _body(world, delivery.event)) for delivery in found]

    def ring(self) -> None:
        self._courier.ring()

    # What the courier asks for.
    def next_letter(self, wall: float) -> Letter | None:
        with self._lock:
            while (due := self._log.take(wall)) is not None:
                endpoint = self._world().objects.get(due.endpoint)
                if endpoint is not None and not endpoint.get("deleted"):
                    return Letter(due, endpoint["url"], endpoint["_secret"])
                self._log.failed(due, None)
            return None

    def wait_for_letters(self, wall: float) -> float | None:
        with self._lock:
            due = self._log.next_due()
        return None if due is None else max(due - wall, 0)

    def report(self, letter: Letter, status: int | None, *, wall: float) -> None:
        schedule = self.faults.retry_after
        with self._lock:
            if status in SUCCESS:
                self._log.done(letter.due, status)
            elif letter.due.attempt < len(schedule):
                at = wall + schedule[letter.due.attempt]
                self._log.again(letter.due, status, at=at)
            else:
                self._log.failed(letter.due, status)

    def counts(self) -> dict[str, int]:
        with self._lock:
            return self._log.counts()


def _body(world: World, event: Obj) -> bytes:
    shown = present(world, event) | {"pending_webhooks": len(endpoints_for(world, event))}
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2)
