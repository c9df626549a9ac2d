"""No door of the account or of transfers is in no list, and no purpose without its tests."""

from __future__ import annotations

import httpx
from fastapi import FastAPI
from reflex_base.registry import RegistrationContext

from portal_app import portal_app
from portal_app.api.app import OPERATIONS
from portal_app.identity.stepup import Purpose
from tests.http.auth.oidc_client import ADA
from tests.http.auth.sign_in_client import signed_in
from tests.http.auth.test_sensitive import TABLE
from tests.security.routes_of import http_routes

# Doors that need no step-up, in writing: a new one is a decision, not an accident.
HARMLESS = {
    "/account/confirm/{step_up_id}/": "takes the code itself",
    "/account/confirm/{step_up_id}/again/": "sends another code",
    "/account/profile/": "a name opens nothing",
    "/account/zone/": "a zone opens nothing",
    "/account/sessions/{session_id}/end/": "the owner throws a thief out at once (ADR 0026)",
    "/auth/code": "signs nobody in yet",
    "/auth/verify": "is the sign-in",
    "/auth/logout": "ends the own session",
    "/auth/logout-everywhere": "ends the own session with the others: nobody is left inside",
}
SENSITIVE_DOORS = {
    "/account/sign-in/{name}/add/": Purpose.ADD_METHOD,
    "/account/sign-in/{identity_id}/remove/": Purpose.REMOVE_METHOD,
    "/account/emails/{email_id}/{what}/": Purpose.PRIMARY_EMAIL,
    "/account/sessions/end-others/": Purpose.END_SESSIONS,
}
HARMLESS_EVENTS = {"load", "stay", "setvar", "refresh", "withdraw_it"}
SENSITIVE_EVENTS = {"add": Purpose.ADD_EMAIL, "offer_it": Purpose.TRANSFER}


def test_every_purpose_and_every_door_is_here() -> None:
    assert set(TABLE) == set(Purpose)
    doors = {
        route.path
        for route in http_routes()
        if set(route.methods) - {"GET", "HEAD"} and route.path.startswith(("/account/", "/auth/"))
    }
    assert doors == HARMLESS.keys() | SENSITIVE_DOORS.keys()
    handlers = {
        name.rsplit(".", 1)[-1]
        for name, one in RegistrationContext.ensure_context().event_handlers.items()
        if one.states[0].__module__.startswith(("portal_app.identity.", "portal_app.transfers."))
    }
    assert handlers == HARMLESS_EVENTS | SENSITIVE_EVENTS.keys()


async def test_a_session_opens_nothing_of_the_api(app: FastAPI) -> None:
    """It knows keys alone, of companies; what people do to their account it does not offer."""
    api = httpx.ASGITransport(portal_app.create_api())
    cookies = dict((await signed_in(app, ADA)).cookies.items())
    async with httpx.AsyncClient(transport=api, base_url="http://x", cookies=cookies) as client:
        for operation in OPERATIONS:
            path = f"/api/v1{operation.path}".replace("{id}", "mber_1")
            answer = await client.request(operation.method, path, json={})
            assert answer.status_code == 401, path
    words = ("email", "session", "identit", "sign-in", "key")
    assert [one.path for one in OPERATIONS if any(word in one.path for word in words)] == []
