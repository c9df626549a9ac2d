"""One request against one account: key, route, parameters, idempotency, transaction, answer."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from starlette.requests import Request

from portal_app.sandbox.engine.errors import ApiError, missing, not_implemented
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.webhooks import DeliveryFaults
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http import parameters, routes
from portal_app.sandbox.http.answer_faults import AnswerFaults
from portal_app.sandbox.http.expansion import expand
from portal_app.sandbox.http.post_office import PostOffice
from portal_app.sandbox.ledger import LedgerEntry
from portal_app.sandbox.store import Reply, Store

Action = Callable[[World], Obj]
_CHANGING = ("POST", "DELETE")


@dataclass(frozen=True)
class Call:
    """A request, read off the wire. `base` is the sandbox's own address without a final slash."""

    method: str
    path: str
    form: str
    base: str
    authorization: str
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    request_id: str
    replayed: bool = False


class Service:
    """The only writer of the account. Thread-safe; one per database file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.world = store.load(wall=int(time.time()))
        self.ledger = store.ledger
        self.answer_faults = AnswerFaults()
        self.post_office = PostOffice(store.deliveries, lambda: self.world, self._lock)

    def close(self) -> None:
        self.post_office.close()
        self._store.close()

    def serve(self, call: Call) -> Answer:
        """A `/v1` request. Never raises an `ApiError`: it becomes the answer."""
        with self._lock:
            request_id = f"req_{secrets.token_hex(7)}"
            try:
                answer = self._serve(call, request_id)
            except ApiError as error:
                answer = _refusal(error, request_id)
            if call.method in _CHANGING:
                self.ledger.add(_entry(call, answer))
            return answer

    def _serve(self, call: Call, request_id: str) -> Answer:
        found = routes.find(call.method, call.path)
        public = found is not None and found[0].public
        check_key(call.authorization, public=public)
        _check_permission(call.authorization, call.path)
        if found is None:
            raise not_implemented(f"{call.method} {call.path}")
        route, ids = found
        key = call.idempotency_key if call.method == "POST" else None
        fingerprint = sha256(f"{call.method} {call.path} {call.form}".encode()).hexdigest()
        if key and (reply := self._store.reply(key)):
            return _replay(key, reply, fingerprint, request_id)
        raw = parameters.decode(call.form)
        paths = list((raw.pop("expand", None) or {}).values())
        sdk, name = route.sdk, f"{call.method} {route.path}"
        params = parameters.read(raw, route.accepts, sdk=sdk, route=name)

        if is_publishable(call.authorization):
            check_secret(self.world, ids, params)

        def action(world: World) -> Obj:
            result = route.handler(world, *ids, params)
            shown = result if "_seq" not in result else present(world, result)
            return expand(world, shown, paths)

        self.world.base = call.base
        if call.method == "GET":
            return Answer(200, _json(action(self.world)), request_id)
        self.world.request = (request_id, key)
        return self._transact(action, key=key, fingerprint=fingerprint, request_id=request_id)

    def control(self, action: Action, *, authorization: str, base: str) -> Answer:
        """A route outside `/v1`: the same key, the same transaction, no idempotency."""
        try:
            check_key(authorization)
        except ApiError as error:
            return _refusal(error, "")
        return self.act(action, base=base)

    def act(self, action: Action, *, base: str) -> Answer:
        """What somebody may do who has been checked by the route."""
        with self._lock:
            try:
                self.world.base = base
                self.world.request = (None, None)
                return self._transact(action, key=None, fingerprint="", request_id="")
            except ApiError as error:
                return _refusal(error, "")

    def reset(self) -> None:
        """An empty account at the wall time, without a trace of the old one."""
        with self._lock:
            self._store.clear()
            self.answer_faults.set([])
            self.post_office.set_faults(DeliveryFaults())
            self.world = self._store.load(wall=int(time.time()))

    def _transact(
        self, action: Action, *, key: str | None, fingerprint: str, request_id: str
    ) -> Answer:
        world = self.world
        world.begin()
        try:
            answer = Answer(200, _json(action(world)), request_id)
        except ApiError as error:
            if not error.keeps_changes:
                world.rollback()
                raise
            answer = _refusal(error, request_id)
        except Exception:
            world.rollback()
            raise
        reply = Reply(fingerprint, answer.status, answer.body)
        wall = time.time()
        planned = self.post_office.planned(wall=wall)
        try:
            self._store.save(world, key=key, reply=reply, wall=int(wall), planned=planned)
        except Exception:
            # What could not be written has not happened.
            world.rollback()
            raise
        if planned:
            self.post_office.ring()
        return answer


def base_of(request: Request) -> str:
    """The sandbox's own address, mount included (`base_url` names the application around it)."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def is_publishable(authorization: str) -> bool:
    return authorization.partition(" ")[2].startswith("pk_test_")


def check_secret(world: World, ids: tuple[str, ...], params: dict[str, Any]) -> None:
    """A browser reaches only the intent whose client secret it was given."""
    for object_id in ids:
        secret = world.objects.get(object_id, {}).get("client_secret")
        if secret is None or secret != params.get("client_secret"):
            raise missing("intent", object_id)


def check_key(authorization: str, *, public: bool = False) -> None:
    scheme, _, key = authorization.partition(" ")
    if not key:
        raise ApiError(
            401,
            "invalid_request_error",
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY').",
        )
    if scheme.lower() == "bearer" and is_publishable(authorization):
        if public:
            return
        raise ApiError(
            401,
            "invalid_request_error",
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            code="secret_key_required",
        )
    if scheme.lower() != "bearer" or not key.startswith(("sk_test_", "rk_test_")):
        shown = f"{key[:7]}{'*' * 8}{key[-4:]}"
        raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {shown}")
    if key.endswith("_expired"):
        # So that what happens after a key was rolled can be tried.
        raise ApiError(
            401, "invalid_request_error", "Expired API Key provided.", code="api_key_expired"
        )


def _check_permission(authorization: str, path: str) -> None:
    """A key `rk_test_without_invoices…` stands for a restricted key that lacks that resource."""
    _, _, lacking = authorization.partition(" rk_test_without_")
    if lacking and lacking.startswith(path.removeprefix("/v1/").replace("/", "_")):
        raise ApiError(
            403,
            "invalid_request_error",
            "The provided key 'rk_test_without_***' does not have the required permissions for "
            "this endpoint on account 'acct_1Sandbox00000000'.",
        )


def _replay(key: str, reply: Reply, fingerprint: str, request_id: str) -> Answer:
    if reply.fingerprint != fingerprint:
        raise ApiError(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
        )
    return Answer(reply.status, reply.body, request_id, replayed=True)


def _entry(call: Call, answer: Answer) -> LedgerEntry:
    key = call.idempotency_key
    return LedgerEntry(call.method, call.path, key, answer.replayed, answer.status)


def _refusal(error: ApiError, request_id: str) -> Answer:
    return Answer(error.status, _json({"error": error.body}), request_id)


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return orjson.dumps(value).decode()
