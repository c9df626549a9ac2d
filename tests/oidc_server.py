"""An OpenID provider whose every answer can be forged, and GitHub's and Whop's ways beside it.

It checks what a provider has to: codes work once, at their own path, for the redirect address and
with the verifier (PKCE) of who asked for them. A browser that comes to it signs in as the
*visitor*. `forge` changes the claims, `sign` the signature; `asked` are the codes that it was asked
to redeem.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, Any]
# At which path the codes of each path are redeemed: anybody's, GitHub's and Whop's.
TOKENS_AT = {
    "/authorize": "/token",
    "/login/oauth/authorize": "/login/oauth/access_token",
    "/oauth/authorize": "/oauth/token",
}
KEYS = tuple(RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))


@dataclass
class Granted:
    """What a code stands for."""

    query: dict[str, str]
    claims: Claims
    redeemed_at: str


@dataclass
class OidcServer:
    """*answers* are of GET paths; `forge` and `sign` are a test's to change."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: KEYS[0])
    codes: dict[str, Granted] = field(default_factory=dict)
    tokens: dict[str, Claims] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    visitor: Claims = field(default_factory=dict)
    metadata: Claims = field(default_factory=dict)
    userinfo: Claims = field(default_factory=dict)
    forge: Callable[[Claims], Claims] | None = None
    sign: Callable[[OidcServer, Claims], str] | None = None
    asked: list[str] = field(default_factory=list)

    def id_token(self, claims: Claims) -> str:
        """True to *claims*, unless a test has it forged."""
        sign = self.sign or OidcServer.signed
        return sign(self, self.forge(claims) if self.forge else claims)

    def signed(self, claims: Claims) -> str:
        return str(jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key))

    def unsigned(self, claims: Claims) -> str:
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def signed_with_public_key(self, claims: Claims) -> str:
        said = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
        secret = self.key.as_pem(private=False)
        return f"{said}.{_text(hmac.digest(secret, said.encode(), 'sha256'))}"

    def approve(self, url: str, **claims: Any) -> str:
        """Whoever holds *url* signs in as *claims*; returns where the browser is sent."""
        where = urlsplit(url)
        query = dict(parse_qsl(where.query))
        code = secrets.token_urlsafe(8)
        self.codes[code] = Granted(query, claims, TOKENS_AT[where.path])
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, path: str, form: dict[str, str], _authorization: str) -> Claims | None:
        """The token's answer; None for a code that is unknown, used, or not this one's."""
        granted = self.codes.pop(form.get("code", ""), None)
        if granted is None or path != granted.redeemed_at:
            return None
        if form.get("redirect_uri") != granted.query["redirect_uri"]:
            return None
        challenge = _text(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if granted.query["code_challenge_method"] != "S256":
            return None
        if challenge != granted.query["code_challenge"]:
            return None
        token, now = secrets.token_urlsafe(8), int(time.time())
        self.tokens[token] = granted.claims
        audience = granted.query["client_id"]
        claims = {"iss": self.issuer, "aud": audience, "iat": now, "exp": now + 60}
        claims |= {"nonce": granted.query.get("nonce"), **granted.claims}
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        return {**answer, "id_token": self.id_token(claims)}

    def discovery(self) -> Claims:
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.metadata,
        }

    def public_keys(self) -> Claims:
        return {"keys": [self.key.as_dict(private=False)]}

    def get(self, path: str, token: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return self.discovery()
        if path == "/jwks":
            return self.public_keys()
        claims = self.tokens.get(token)
        if claims is None:
            return None
        return self.userinfo or claims if path == "/oauth/userinfo" else self.answers.get(path)


def _part(said: Claims) -> str:
    return _text(json.dumps(said).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@contextmanager
def oidc_server(own: OidcServer | None = None) -> Iterator[OidcServer]:
    """A provider on a port of its own, until the end of the block."""
    provider = own or OidcServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorize"):
                self.send_response(302)
                self.send_header("location", provider.approve(self.path, **provider.visitor))
                self.end_headers()
                return
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            self.answer(provider.get(self.path, token), 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            provider.asked.append(form.get("code", ""))
            authorization = self.headers.get("authorization", "")
            self.answer(provider.redeem(self.path, form, authorization), 400)

        def answer(self, said: Any, status: int) -> None:
            refused = {"error": "invalid_grant"}
            body = json.dumps(refused if said is None else said).encode()
            self.send_response(status if said is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    # How often it looks whether it shall end.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
