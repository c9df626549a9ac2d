"""Declaring, what is made of it, taking it back, and the queue of whoever sells."""

from __future__ import annotations

from portal_app.declarations.service.declaring import Sent, declare
from portal_app.declarations.service.handling import handle_declaration
from portal_app.declarations.service.refunding import give_back, give_back_what_is_due
from portal_app.declarations.service.settling import UNDER_WAY
from portal_app.declarations.service.undoing import behind_undo, undo
from portal_app.declarations.service.waiting import list_waiting, resolve

__all__ = [
    "UNDER_WAY",
    "Sent",
    "behind_undo",
    "declare",
    "give_back",
    "give_back_what_is_due",
    "handle_declaration",
    "list_waiting",
    "resolve",
    "undo",
]
