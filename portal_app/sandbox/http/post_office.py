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
    def planned(self, written: list[Obj], *, wall: float) -> list[Delivery]:
        events = sorted(
            (obj for obj in written if obj["object"] == "event"), key=lambda obj: int(obj["_seq"])
        )
        return plan(self._world(), events, self.faults, self._chance, wall=wall)

    def ring(self) -> None:
        self._courier.ring()

    # What the courier asks for.
    def next_letter(self, wall: float) -> Letter | None:
        with self._lock:
            while (due := self._log.take(wall)) is not None:
                world = self._world()
                event = world.objects.get(due.event)
                endpoint = world.objects.get(due.endpoint)
                if event is not None and endpoint is not None and not endpoint.get("deleted"):
                    shown = present(world, event)
                    shown["pending_webhooks"] = len(endpoints_for(world, event))
                    body = orjson.dumps(shown, option=orjson.OPT_INDENT_2)
                    return Letter(due, endpoint["url"], endpoint["_secret"], body)
                # The event is older than the account remembers, or nobody wants it any more.
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
