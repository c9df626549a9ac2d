"""A person's addresses: prove another, choose the first, take one away, and undo the choice.

Whoever reads an address signs in with it, so that each change takes a code to the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import primary_changes, repository
from portal_app.identity.actor import Actor
from portal_app.identity.codes import keyed, undo_token_of
from portal_app.identity.errors import (
    AddressNotFound,
    AddressTaken,
    OwnAddressAlready,
    PrimaryStays,
    TooManyAddresses,
    UndoOver,
)
from portal_app.identity.models import EmailAddress, PrimaryChange, email_key
from portal_app.identity.notices import AccountNotice, append_notice
from portal_app.identity.service import Claim, checked_address
from portal_app.identity.sessions import end_sessions_of
from portal_app.identity.stepup import Approval, Purpose, ask_step_up
from portal_app.identity.taking_back import take_back
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database, database
from portal_app.kit.ids import new_id

MOST_ADDRESSES: Final = 10
UNDO_FOR: Final = timedelta(days=7)
# What came so shortly before a change that is undone may be of whoever made the change.
SUSPECT_FOR: Final = timedelta(days=7)
BACK: Final = "/account/"
Facts = Mapping[str, str]


async def ask_to_add(actor: Actor, typed: str) -> str:
    """The page on which the addition is approved; whether others have the address is not looked up.

    Raises InvalidAddress, OwnAddressAlready, TooManyAddresses, TooManyRequests.
    """
    address = checked_address(typed)
    async with database().reading() as session:
        own = await repository.addresses_of(session, actor.person_id)
    if email_key(address) in {row.address_key for row in own}:
        raise OwnAddressAlready
    if len(own) >= MOST_ADDRESSES:
        raise TooManyAddresses
    return await ask_step_up(actor, Approval(Purpose.ADD_EMAIL, {"email": address}), back=BACK)


async def ask_for_proof(actor: Actor, facts: Facts) -> str:
    """The addition was approved; now a code goes to the new address itself."""
    proof = Approval(Purpose.PROVE_EMAIL, {"email": facts["email"], "account": actor.email})
    return await ask_step_up(actor, proof, back=BACK, to=facts["email"])


async def add_proved(session: AsyncSession, actor: Actor, facts: Facts, claim: Claim) -> None:
    """The address was proved: it signs in from now on, and what it bought is here.

    Raises AddressTaken for another account's, which its reader may know.
    """
    address = facts["email"]
    await repository.lock_person(session, actor.person_id)
    known = await repository.address_row(session, email_key(address))
    if known is not None and known.person_id != actor.person_id:
        raise AddressTaken
    if known is None:
        session.add(
            EmailAddress(
                person_id=actor.person_id,
                address=address,
                address_key=email_key(address),
                verified_at=wall_now(),
            )
        )
        try:
            await session.flush()
        except IntegrityError as faster:
            # Somebody else has proved the same one at this moment.
            raise AddressTaken from faster
        told = {"email": address}
        await append_notice(session, actor.person_id, AccountNotice.EMAIL_ADDED, told)
    key, now = email_key(address), business_now()
    await claim(session, person_id=actor.person_id, address_key=key, now=now)


async def approval_about(
    session: AsyncSession, actor: Actor, purpose: Purpose, email_id: str
) -> Approval:
    """To make an address of the actor's the first, or to take it away; raises AddressNotFound."""
    row = await _own(session, actor, email_id)
    if purpose is Purpose.REMOVE_EMAIL:
        await _may_go(session, row)
    return Approval(purpose, {"id": row.id, "email": row.address})


async def make_primary(session: AsyncSession, actor: Actor, facts: Facts, _claim: Claim) -> None:
    """Mails and codes go there from now on; the one before is told, and how to undo it."""
    await repository.lock_person(session, actor.person_id)
    row = await _own(session, actor, facts["id"])
    before = await repository.primary_row(session, actor.person_id)
    if before.id == row.id:
        return
    now, change_id = wall_now(), new_id("pchg")
    # Going back to an address is the end of what was in between: whoever had made theirs the first
    # for a while gets no link to do so again, and theirs can be removed at once.
    left_at = await primary_changes.left_since(session, actor.person_id, row.id, now - UNDO_FOR)
    if left_at:
        await primary_changes.end_detour(session, actor.person_id, row.id, left_at=left_at, now=now)
    await _switch(session, before, row)
    session.add(
        PrimaryChange(
            id=change_id,
            person_id=actor.person_id,
            link_digest=keyed(undo_token_of(change_id)),
            old_email_id=before.id,
            new_email_id=row.id,
            changed_at=now,
            undone_at=now if left_at else None,
        )
    )
    told = {"old": before.address, "new": row.address}
    notice = AccountNotice.PRIMARY_CHANGED
    await append_notice(session, actor.person_id, notice, told)
    link = "" if left_at else change_id
    await append_notice(session, actor.person_id, notice, told, to=before.address, change_id=link)


async def remove(session: AsyncSession, actor: Actor, facts: Facts, _claim: Claim) -> None:
    """It signs in no more; what was bought with it stays. Raises AddressNotFound, PrimaryStays."""
    await repository.lock_person(session, actor.person_id)
    row = await _own(session, actor, facts["id"])
    await _may_go(session, row)
    await session.delete(row)
    repository.note_removal(session, actor.person_id, wall_now(), address=row.address)
    told, notice = {"email": row.address}, AccountNotice.EMAIL_REMOVED
    await append_notice(session, actor.person_id, notice, told)
    await append_notice(session, actor.person_id, notice, told, to=row.address)


async def change_behind(session: AsyncSession, token: str) -> tuple[str, str]:
    """What an undo link that still works makes the first address, and which one that is now.

    Raises UndoOver.
    """
    old, change = await _undoable(session, token)
    return old.address, (await repository.primary_row(session, change.person_id)).address


async def undo(db: Database, token: str) -> str:
    """The old address is the first, what came to sign in with since is gone, nobody is signed in.

    For whoever took the account over must not keep a way in: not by a second change, which would
    end the link, nor by an address or a service that was added meanwhile, or beforehand. What is
    the owner's own and new is gone, too; they prove it again. Returns whose; raises UndoOver.
    """
    async with db.unit_of_work() as session:
        asked = await primary_changes.change_by_digest(session, keyed(token))
        if asked is None:
            raise UndoOver
        await repository.lock_person(session, asked.person_id)
        old, change = await _undoable(session, token)
        now, person_id = wall_now(), change.person_id
        current = await repository.primary_row(session, person_id)
        days = str(SUSPECT_FOR.days)
        told = {"old": old.address, "new": current.address, "days": days}
        await _switch(session, current, old)
        # It may have been left, and made the first again, before the change that is undone.
        left_at = await primary_changes.left_first(session, change, after=now - UNDO_FOR)
        await take_back(session, change, now, left_at=left_at, suspect_since=left_at - SUSPECT_FOR)
        await end_sessions_of(session, person_id)
        await append_notice(session, person_id, AccountNotice.PRIMARY_RESTORED, told)
    return person_id


async def _undoable(session: AsyncSession, token: str) -> tuple[EmailAddress, PrimaryChange]:
    """Whatever was made the first since: another change must not end the link."""
    change = await primary_changes.change_by_digest(session, keyed(token))
    if change is None or change.undone_at or wall_now() >= change.changed_at + UNDO_FOR:
        raise UndoOver
    old = await session.get(EmailAddress, change.old_email_id)
    if old is None or old.is_primary:
        raise UndoOver
    return old, change


async def _own(session: AsyncSession, actor: Actor, email_id: str) -> EmailAddress:
    row = await session.get(EmailAddress, email_id)
    if row is None or row.person_id != actor.person_id:
        raise AddressNotFound
    return row


async def _may_go(session: AsyncSession, row: EmailAddress) -> None:
    """Not the first, nor one to which the first can still be given back."""
    undoable_since = wall_now() - UNDO_FOR
    if row.is_primary or await primary_changes.was_primary(session, row.id, since=undoable_since):
        raise PrimaryStays


async def _switch(session: AsyncSession, before: EmailAddress, after: EmailAddress) -> None:
    """One after the other: the database allows one first address at a time."""
    before.is_primary = False
    await session.flush()
    after.is_primary = True
    await session.flush()
