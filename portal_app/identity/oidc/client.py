"""Speaking with another service: where to send people, and who came back.

Authlib's Starlette client does the protocol (PKCE S256, nonce, signature, claims); what it leaves
open is closed here: which issuer, which algorithms, which audience (ASVS 10.2, 10.5).
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from portal_app.identity.oidc.errors import AnswerNotProven, ProviderAway
from portal_app.identity.oidc.providers import Preset, Provider
from portal_app.kit.clock import from_unix

with warnings.catch_warnings():
    # It would rather have a successor of httpx, which none of our other dependencies ships.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App

logger = logging.getLogger(__name__)
_SECONDS: Final = 10
_LEEWAY: Final = 60
_LATEST: Final = 2**33
# Never `none`, nor HMAC, whose key would be a public key or a secret that others share.
SIGNATURES: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "EdDSA",
)
_SCOPES: Final = {Preset.GITHUB: "read:user user:email"}
_WRONG: Final = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what has to be remembered until it is back."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Found:
    """Who came back. *vouched* says that the service itself is sure of the address.

    *signed_in_at* is when they proved to it who they are, where it says so.
    """

    issuer: str
    subject: str
    email: str
    vouched: bool
    signed_in_at: datetime | None = None


class _App(StarletteOAuth2App):  # type: ignore[misc] # Authlib brings no types
    """Authlib's client, which takes metadata for what they say: ours must be of our issuer."""

    provider: Provider

    async def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = await super().load_server_metadata()
        if self.provider.preset in {Preset.GITHUB, Preset.WHOP}:
            return metadata
        if metadata.get("issuer") != self.provider.issuer:
            metadata.pop("_loaded_at", None)  # so that it is asked for again
            raise ValueError("the discovery document names another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        key = "id_token_signing_alg_values_supported"
        metadata[key] = [one for one in offered if one in SIGNATURES] or ["RS256"]
        return metadata


@lru_cache(maxsize=32)
def _app(provider: Provider) -> _App:
    issuer, more = provider.issuer.rstrip("/"), dict[str, Any]()
    if provider.preset is Preset.GITHUB:
        more["authorize_url"] = f"{issuer}/login/oauth/authorize"
        more["access_token_url"] = f"{issuer}/login/oauth/access_token"
    elif provider.preset is Preset.WHOP:
        more["authorize_url"] = f"{issuer}/oauth/authorize"
        more["access_token_url"] = f"{issuer}/oauth/token"
        more["userinfo_endpoint"] = f"{issuer}/oauth/userinfo"
    else:
        more["server_metadata_url"] = f"{issuer}/.well-known/openid-configuration"
    app = _App(
        StarletteIntegration(provider.name),
        provider.name,
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        client_kwargs={
            "scope": _SCOPES.get(provider.preset, "openid email profile"),
            "code_challenge_method": "S256",
            "timeout": _SECONDS,
            **_client_authentication(provider),
        },
        **more,
    )
    app.provider = provider
    return app


def _client_authentication(provider: Provider) -> dict[str, str]:
    """Both of these want the secret in the form; discovery's default is the header."""
    in_form = provider.preset in {Preset.GITHUB, Preset.WHOP} and provider.client_secret
    return {"token_endpoint_auth_method": "client_secret_post"} if in_form else {}


async def depart(provider: Provider, redirect_uri: str, *, anew: bool = False) -> Departure:
    """*anew* asks for a sign-in whoever is signed in there already. Raises ProviderAway."""
    more = {"prompt": "login", "max_age": "0"} if anew else {}
    try:
        made = await _app(provider).create_authorization_url(redirect_uri, **more)
    except (httpx.HTTPError, *_WRONG) as error:
        raise _away(provider, error) from error
    return Departure(
        url=made["url"],
        state=made["state"],
        nonce=made.get("nonce", ""),
        code_verifier=made["code_verifier"],
    )


async def arrive(
    provider: Provider, *, code: str, iss: str | None, nonce: str, verifier: str, redirect_uri: str
) -> Found:
    """Exchange *code* and read who it stands for.

    *iss* is the parameter of RFC 9207, by which a mixed-up service is known. Raises AnswerNotProven
    and ProviderAway.
    """
    app = _app(provider)
    try:
        metadata = await app.load_server_metadata()
        told = metadata.get("authorization_response_iss_parameter_supported") is True
        if (iss is not None or told) and iss != provider.issuer:
            raise ValueError("the answer came from another issuer")
        token = await app.fetch_access_token(
            code=code, code_verifier=verifier, redirect_uri=redirect_uri
        )
        return await _READERS.get(provider.preset, _by_id_token)(app, token, nonce)
    except httpx.HTTPStatusError as error:
        raise _not_proven(provider, error) from error
    except httpx.HTTPError as error:
        raise _away(provider, error) from error
    except _WRONG as error:
        raise _not_proven(provider, error) from error


async def _by_id_token(app: _App, token: Mapping[str, Any], nonce: str) -> Found:
    provider = app.provider
    if "id_token" not in token:
        raise ValueError("no id_token")
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "nonce": {"essential": True, "value": nonce},
    }
    claims = await app.parse_id_token(token, nonce, claims_options=options, leeway=_LEEWAY)
    if not claims.get("email") and "userinfo_endpoint" in app.server_metadata:
        more = await app.userinfo(token=token)
        if more["sub"] != claims["sub"]:  # OpenID Connect Core §5.3.2
            raise ValueError("the user info is of another subject")
        claims = {**more, **claims}
    found = _found(provider, claims, vouched=_vouched(provider, claims))
    return replace(found, signed_in_at=_signed_in_at(claims))


def _signed_in_at(claims: Mapping[str, Any]) -> datetime | None:
    """None for what is no time of this century or the next: then nothing was said."""
    said = claims.get("auth_time")
    if not isinstance(said, int) or isinstance(said, bool) or not 0 < said < _LATEST:
        return None
    return from_unix(said)


def _vouched(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """`email_verified` is true; of Google, only for mailboxes of its own and of its Workspace.

    developers.google.com/identity/gsi/web/guides/verify-google-id-token
    """
    verified = claims.get("email_verified") is True
    if provider.preset is not Preset.GOOGLE:
        return verified
    return verified and (str(claims.get("email")).endswith("@gmail.com") or bool(claims.get("hd")))


async def _by_userinfo(app: _App, token: Mapping[str, Any], nonce: str) -> Found:
    """Whop: its discovery and keys are not documented; what its own host says over TLS counts.

    An `id_token` comes the same way, so its signature would add nothing, but its nonce does: the
    code was made for this very departure.
    """
    if id_token := token.get("id_token"):
        said = json.loads(extract_compact(str(id_token).encode()).payload)
        if said["nonce"] != nonce:
            raise ValueError("the id_token is of another departure")
    claims = await app.userinfo(token=token)
    return _found(app.provider, claims, vouched=claims.get("email_verified") is True)


async def _by_github(app: _App, token: Mapping[str, Any], _nonce: str) -> Found:
    """The number, since names change hands; the address that is both primary and verified."""
    issuer = app.provider.issuer.rstrip("/")
    ours = issuer == "https://github.com"
    api = "https://api.github.com" if ours else f"{issuer}/api/v3"
    person = (await app.get(f"{api}/user", token=token)).raise_for_status().json()
    emails = (await app.get(f"{api}/user/emails", token=token)).raise_for_status().json()
    sure = [one["email"] for one in emails if one["primary"] and one["verified"] is True]
    claims = {"sub": str(int(person["id"])), "email": sure[0] if sure else ""}
    return _found(app.provider, claims, vouched=bool(sure))


_READERS: Final = {Preset.GITHUB: _by_github, Preset.WHOP: _by_userinfo}


def _found(provider: Provider, claims: Mapping[str, Any], *, vouched: bool) -> Found:
    subject, email = claims["sub"], claims.get("email") or ""
    if not isinstance(subject, str) or not subject or not isinstance(email, str):
        raise ValueError("no subject")
    return Found(provider.issuer, subject, email, vouched and bool(email))


def _away(provider: Provider, error: Exception) -> ProviderAway:
    _log(provider, error)
    return ProviderAway()


def _not_proven(provider: Provider, error: Exception) -> AnswerNotProven:
    _log(provider, error)
    return AnswerNotProven()


def _log(provider: Provider, error: Exception) -> None:
    """The kind of error only: its text may quote tokens."""
    fields = {"provider": provider.name, "why": type(error).__name__}
    logger.warning("sign-in through another service failed", extra={"fields": fields})
