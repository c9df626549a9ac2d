"""A setup intent as the API writes it."""

from __future__ import annotations

from typing import Final

from portal_app.api.auth import Caller
from portal_app.api.method_json import instrument_json
from portal_app.api.method_shapes import NextAction, SetupError, SetupIntent, SetupStatus
from portal_app.api.scopes import MEMBER_BASIC_READ
from portal_app.api.setup_read import SetupRow
from portal_app.api.shapes import UserSummary
from portal_app.api.values import placeholder_picture, timestamp

_GIVEN_UP: Final = "The customer did not finish this setup."
_REFUSED: Final = "The payment method was refused: it was not saved."


def setup_json(row: SetupRow, caller: Caller) -> SetupIntent:
    """Without its secret. Who it is for needs the scope member:basic:read."""
    saved = row.status == "succeeded" and row.method_id is not None
    may_see_members = MEMBER_BASIC_READ in caller.scopes
    return {
        "id": row.id,
        "account_id": row.company_id,
        "status": row.status,
        "last_setup_error": _error(row),
        "client_secret": None,
        "return_url": row.return_url or None,
        "payment_method_id": row.method_id if saved else None,
        "payment_method_type": row.kind if row.method_id else None,
        "payment_instrument": instrument_json(row) if row.method_id else None,
        "member_id": row.member_id if may_see_members else None,
        "user": _user(row) if may_see_members else None,
        "metadata": row.details.get("metadata", {}),
        "three_ds_level": None,
        "three_ds_verified": saved and row.challenged,
        "checkout_configuration_id": None,
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.updated_at),
    }


def status_json(row: SetupRow) -> SetupStatus:
    return {
        "id": row.id,
        "object": "setup_status",
        "status": row.status,
        "last_setup_error": _error(row),
        "next_action": _next_action(row),
        "return_url": row.return_url or None,
    }


def _error(row: SetupRow) -> SetupError | None:
    if row.status != "canceled":
        return None
    return {
        "code": row.failure_code or None,
        "message": _REFUSED if row.failure_code else _GIVEN_UP,
    }


def _next_action(row: SetupRow) -> NextAction | None:
    if row.status != "requires_action" or not row.action_url:
        return None
    return {
        "type": "redirect",
        "data": {"url": row.action_url, "frame_max_width": None},
        "render": ["full_page"],
    }


def _user(row: SetupRow) -> UserSummary | None:
    if row.person_id is None:
        return None
    return {
        "id": row.person_id,
        "name": row.person_name or None,
        "profile_picture": {"url": placeholder_picture()},
        "username": row.person_id,
    }
