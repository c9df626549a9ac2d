"""The account: every object by id, one clock, one transaction at a time.

An object is the JSON that Stripe would send. Keys that start with an underscore are the
sandbox's own and never leave it: `_seq` is the order of creation.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from portal_app.sandbox.engine import presentation
from portal_app.sandbox.engine.errors import invalid, missing

Obj = dict[str, Any]

API_VERSION = "2026-10-28.endive"
EVENT_RETENTION = 30 * 24 * 3600  # docs.stripe.com/api/events: "for 30 days"

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The words of Stripe's messages: "No such PaymentMethod: 'pm_…'".
_NOUNS = {"payment_method": "PaymentMethod"}
_LENGTHS = {"cus": 14, "prod": 14, "req": 14}


class World:
    """All state of one sandbox account. Not thread-safe: callers hold one lock."""

    def __init__(self, *, now: int, seed: str = "sandbox") -> None:
        self.seed = seed
        self.now = now
        self.counter = 0
        self.objects: dict[str, Obj] = {}
        self.kinds: dict[str, dict[str, None]] = {}
        self.base = ""
        self.request: tuple[str | None, str | None] = (None, None)
        self.emitted: list[Obj] = []
        # What was added or changed since somebody last cleared it: the clock asks.
        self.stirred: set[str] = set()
        self._backups: dict[str, Obj | None] = {}
        self._start = (now, 0)
        self._newest: dict[str, list[Obj]] = {}
        self._referring: dict[tuple[str, str], dict[str, list[Obj]]] = {}

    # -- ids ---------------------------------------------------------------------------------
    def token(self, length: int = 24) -> str:
        """Text that looks random and is the same for the same sequence of calls."""
        self.counter += 1
        number = int.from_bytes(sha256(f"{self.seed}:{self.counter}".encode()).digest())
        digits = []
        for _ in range(length):
            number, digit = divmod(number, 62)
            digits.append(_BASE62[digit])
        return "".join(digits)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{self.token(_LENGTHS.get(prefix, 24))}"

    # -- reading -----------------------------------------------------------------------------
    def get(self, kind: str, object_id: str, *, param: str = "id", deleted: bool = False) -> Obj:
        """Raises `resource_missing`; a deleted object is missing unless asked for."""
        found = self.objects.get(object_id)
        if found is None or found["object"] != kind or (found.get("deleted") and not deleted):
            raise missing(_NOUNS.get(kind, kind), object_id, param=param)
        return found

    def all(self, kind: str) -> Iterator[Obj]:
        """Newest first."""
        for object_id in reversed(list(self.kinds.get(kind, {}))):
            yield self.objects[object_id]

    def where(self, kind: str, **equal: object) -> list[Obj]:
        return [o for o in self.all(kind) if all(o.get(k) == v for k, v in equal.items())]

    # Answers to reading requests, which come by the thousand when an account is imported: kept
    # until the next change begins, so nothing may ask for them while it changes something.
    def newest(self, kind: str) -> list[Obj]:
        """All of a kind, newest first."""
        if kind not in self._newest:
            self._newest[kind] = list(self.all(kind))
        return self._newest[kind]

    def referring(self, kind: str, field: str, target: str) -> list[Obj]:
        """Those of a kind whose `field` is the id `target`, newest first."""
        if (kind, field) not in self._referring:
            found: dict[str, list[Obj]] = {}
            for obj in self.newest(kind):
                found.setdefault(obj[field], []).append(obj)
            self._referring[kind, field] = found
        return self._referring[kind, field].get(target, [])

    # -- writing -----------------------------------------------------------------------------
    def begin(self) -> None:
        self._backups = {}
        self.emitted = []
        self.stirred = set()
        self._start = (self.now, self.counter)
        self._forget_answers()

    def _forget_answers(self) -> None:
        self._newest.clear()
        self._referring.clear()

    def add(self, obj: Obj, event: str | None = None) -> Obj:
        self.counter += 1
        obj["_seq"] = self.counter
        self._backups.setdefault(obj["id"], None)
        self.stirred.add(obj["id"])
        self.load(obj)
        if event:
            self.emit(event, obj)
        return obj

    def edit(self, object_id: str) -> Obj:
        """The object itself, to be changed in place, with its present state kept for undoing."""
        obj = self.objects[object_id]
        self.stirred.add(object_id)
        if object_id not in self._backups:
            self._backups[object_id] = presentation.copied(obj)
        return obj

    @contextmanager
    def changing(self, object_id: str, *events: str) -> Iterator[Obj]:
        """Edit an object; on leaving, emit the events with `previous_attributes`.

        The first event is left out when nothing changed: Stripe sends no empty `…updated`.
        """
        obj = self.edit(object_id)
        before = presentation.present(self, obj)
        yield obj
        previous = presentation.difference(before, presentation.present(self, obj))
        for event in events:
            updated = event.endswith("updated")
            if previous or not updated:
                self.emit(event, obj, previous if updated else None)

    def remove(self, object_id: str) -> None:
        self._backups.setdefault(object_id, self.objects[object_id])
        obj = self.objects.pop(object_id)
        del self.kinds[obj["object"]][object_id]

    def emit(self, event: str, obj: Obj, previous: Obj | None = None) -> None:
        data: Obj = {"object": presentation.present(self, obj)}
        if previous is not None:
            data["previous_attributes"] = previous
        request_id, key = self.request
        made = self.add(
            {
                "id": self.new_id("evt"),
                "object": "event",
                "api_version": API_VERSION,
                "created": self.now,
                "data": data,
                "livemode": False,
                "pending_webhooks": 0,
                "request": {"id": request_id, "idempotency_key": key},
                "type": event,
            }
        )
        # Kept apart, as a long advance of the clock forgets its first events before its end.
        self.emitted.append(made)

    # -- transactions ------------------------------------------------------------------------
    def changes(self) -> tuple[list[Obj], list[str]]:
        """What the transaction wrote, and the ids it removed."""
        written = [self.objects[i] for i in self._backups if i in self.objects]
        removed = [i for i in self._backups if i not in self.objects]
        return written, removed

    def rollback(self) -> None:
        self._forget_answers()
        self.now, self.counter = self._start
        touched_kinds = set()
        for object_id, before in self._backups.items():
            current = self.objects.pop(object_id, before)
            if current is not None:
                self.kinds.get(current["object"], {}).pop(object_id, None)
            if before is not None:
                self.load(before)
                touched_kinds.add(before["object"])
        for kind in touched_kinds:
            self._sort(kind)
        self._backups = {}

    def load(self, obj: Obj) -> None:
        self.objects[obj["id"]] = obj
        self.kinds.setdefault(obj["object"], {})[obj["id"]] = None

    def load_all(self, objects: Iterable[Obj]) -> None:
        for obj in objects:
            self.load(obj)

    def _sort(self, kind: str) -> None:
        ids = sorted(self.kinds[kind], key=lambda i: int(self.objects[i]["_seq"]))
        self.kinds[kind] = dict.fromkeys(ids)


def merge_metadata(current: dict[str, str], given: dict[str, str] | None) -> dict[str, str]:
    """Keys are merged, an empty value deletes one key, an unset map (None) deletes all."""
    if given is None:
        return {}
    merged = {**current, **given}
    if len(merged) > 50:  # noqa: PLR2004 - docs.stripe.com/api/metadata
        raise invalid("You can only specify up to 50 metadata keys.", param="metadata")
    return {key: value for key, value in merged.items() if value != ""}
