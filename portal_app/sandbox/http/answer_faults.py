"""Answers that go wrong on demand: what a client has to survive, and can't order from Stripe."""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from portal_app.sandbox.engine.errors import invalid

KINDS = ("429", "500", "hang", "reset", "slow", "not_json", "wrong_json")
_BODIES = {
    "429": '{"error":{"message":"Too many requests","type":"invalid_request_error",'
    '"code":"rate_limit"}}',
    "500": '{"error":{"message":"An unknown error occurred","type":"api_error"}}',
    "not_json": "<html>Bad gateway",
    "wrong_json": '{"object":"something_else","data":7}',
}
LONGEST_HANG = 120.0


@dataclass
class AnswerFault:
    """One of KINDS, for the next `times` requests of `method` to paths that start with `path`.

    With `after`, the request is carried out first and only its answer goes wrong. `seconds` is how
    long a slow answer takes.
    """

    kind: str
    times: int = 1
    method: str = ""
    path: str = "/v1/"
    after: bool = False
    seconds: float = 1.0

    def hits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in {"", method} and path.startswith(self.path)


@dataclass
class AnswerFaults:
    """Taken in the order they were set."""

    pending: list[AnswerFault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, given: list[dict[str, Any]]) -> None:
        """Raises 400 for a kind or a field that there is not."""
        try:
            pending = [AnswerFault(**one) for one in given]
        except TypeError as error:
            raise invalid(str(error), param="answers") from error
        if any(fault.kind not in KINDS for fault in pending):
            raise invalid(f"kind must be one of {', '.join(KINDS)}", param="answers")
        with self._lock:
            self.pending = pending

    def next(self, method: str, path: str) -> AnswerFault | None:
        with self._lock:
            for fault in self.pending:
                if fault.hits(method, path):
                    fault.times -= 1
                    return fault
        return None


async def spoiled(fault: AnswerFault, answer: Response) -> Response:
    """What is sent in place of *answer*, which is only kept where the fault is slowness."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer
    if fault.kind == "hang":
        await asyncio.sleep(LONGEST_HANG)
        return answer
    if fault.kind == "reset":
        return _Reset()
    status = int(fault.kind) if fault.kind.isdigit() else 200
    return Response(_BODIES[fault.kind], status, media_type="application/json")


class _Reset(Response):
    """Promises more than it sends, so that the connection ends in the middle of the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id":', "more_body": False})
