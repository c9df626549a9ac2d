"""Declaring, what is made of it, taking it back, and the queue of whoever sells."""

from __future__ import annotations

from portal_app.declarations.service.deciding import UNDECIDED, decide
from portal_app.declarations.service.declaring import Sent, declare
from portal_app.declarations.service.handling import handle_declaration
from portal_app.declarations.service.refunding import (
    can_be_given_back,
    give_back,
    give_back_what_is_due,
)
from portal_app.declarations.service.settling import UNDER_WAY
from portal_app.declarations.service.undoing import behind_undo, undo
from portal_app.declarations.service.waiting import list_waiting, resolve

__all__ = [
    "UNDECIDED",
    "UNDER_WAY",
    "Sent",
    "behind_undo",
    "can_be_given_back",
    "decide",
    "declare",
    "give_back",
    "give_back_what_is_due",
    "handle_declaration",
    "list_waiting",
    "resolve",
    "undo",
]
