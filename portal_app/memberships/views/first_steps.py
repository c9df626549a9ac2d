"""What helps where something can't be done yet: a page and what leads there, or two empty texts."""

from __future__ import annotations

from typing import TypeAlias

from portal_app.memberships.exits import can_be_undone
from portal_app.memberships.service import HeldMembership
from portal_app.ui.reader import Reader

FirstStep: TypeAlias = tuple[str, str]
NO_STEP: FirstStep = ("", "")


def to_pay(reader: Reader, held: HeldMembership) -> FirstStep:
    if held.payable is None or not held.is_charged:
        return NO_STEP
    amount = reader.money(held.payable.remaining)
    return f"{_page(held)}pay/", reader.say("Pay {amount}", amount=amount)


def to_keep(reader: Reader, held: HeldMembership) -> FirstStep:
    if not can_be_undone(held.facts):
        return NO_STEP
    return f"{_page(held)}undo/", reader.say("Keep my membership")


def to_resume(reader: Reader, held: HeldMembership) -> FirstStep:
    return f"{_page(held)}pause/", reader.say("Resume now")


def _page(held: HeldMembership) -> str:
    return f"/billing/manage/{held.row.member.id}/"
