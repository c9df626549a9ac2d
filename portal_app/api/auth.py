"""Who calls the REST API: a company's key, in the Authorization header and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from portal_app.api import last_used, scopes
from portal_app.api.keys import find_usable
from portal_app.identity.actor import CompanyKey
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import Unauthorized

# One sentence for missing, malformed, unknown, expired and revoked: nothing to probe with.
REFUSAL: Final = "A valid API key is needed: send it as “Authorization: Bearer …”."


@dataclass(frozen=True, slots=True)
class Caller:
    """A key's authority on this request: one company, these scopes."""

    key_id: str
    company_id: str
    scopes: tuple[str, ...]

    @property
    def actor(self) -> CompanyKey:
        """On whose behalf services act."""
        return CompanyKey(self.company_id, self.key_id)

    def require(self, scope: str) -> None:
        """NotAllowed when the key lacks *scope*."""
        scopes.require(self.scopes, scope)


def bearer(request: Request) -> str:
    """What *request* carries as its one credential; Unauthorized without one."""
    values = request.headers.getlist("authorization")
    scheme, _, secret = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer":
        raise Unauthorized(REFUSAL)
    return secret.strip()


async def authenticate(request: Request) -> Caller:
    """The caller of *request*; Unauthorized unless it carries exactly one usable key."""
    now = wall_now()
    key = await find_usable(bearer(request), now)
    if key is None:
        raise Unauthorized(REFUSAL)
    last_used.note(key, now)
    return Caller(key.id, key.company_id, tuple(key.scopes))
