"""A provider that is not of our making, and a man in the middle who can forge what it answers.

`oidc-provider-mock` runs as a process of its own and decides about codes, people and user info. A
test reaches it through a server in front, which passes everything on unchanged (its own keys and
signatures too) until the test has something forged. It does not check the verifier (PKCE): with it,
the nonce alone stands against a code of another session.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.oidc_server import Claims, OidcServer
from tests.portal_server import _free_port

TRIES = 300
# Making one takes longer than what it is used for.
_CLIENT = httpx.Client()


@contextmanager
def independent_process() -> Iterator[str]:
    """Its address, until the end of the block."""
    port = _free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    """Until it answers: another process may have taken the port before it did."""
    for _ in range(TRIES):
        if server.poll() is not None:
            raise RuntimeError(f"the provider ended with code {server.returncode}")
        try:
            httpx.get(f"{address}/jwks")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the provider did not answer")


@dataclass
class Independent(OidcServer):
    """In front of the process at *upstream*, which takes our address for its own (`Host`)."""

    upstream: str = ""

    def approve(self, url: str, **claims: Any) -> str:
        subject = claims.setdefault("sub", "nobody")
        self._upstream("PUT", f"/users/{subject}", json=claims)
        where = urlsplit(url)
        answer = self._upstream("POST", f"{where.path}?{where.query}", data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def redeem(self, path: str, form: dict[str, str], authorization: str) -> Claims | None:
        headers = {"authorization": authorization} if authorization else {}
        answer = self._upstream("POST", path, data=form, headers=headers)
        if answer.status_code != 200:
            return None
        said: Claims = answer.json()
        if self._forges():
            said["id_token"] = self.id_token(_claims_of(said["id_token"]))
        return said

    def discovery(self) -> Claims:
        said: Claims = self._upstream("GET", "/.well-known/openid-configuration").json()
        return {**said, **self.metadata}

    def get(self, path: str, token: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return self.discovery()
        if path == "/jwks" and self._forges():
            return self.public_keys()
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = self._upstream("GET", path, headers=headers)
        return answer.json() if answer.status_code == 200 else None

    def _forges(self) -> bool:
        return bool(self.forge or self.sign)

    def _upstream(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        named = {**(headers or {}), "host": urlsplit(self.issuer).netloc}
        return _CLIENT.request(method, f"{self.upstream}{path}", headers=named, **sent)


def _claims_of(id_token: str) -> Claims:
    part = id_token.split(".")[1]
    claims: Claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
