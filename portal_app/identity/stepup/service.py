"""Step-up: ask for a code for exactly one thing, confirm it, and use the confirmation up.

Another proof than the code is checked by whoever knows it (`oidc/confirming.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import limits
from portal_app.identity.actor import Actor
from portal_app.identity.codes import approval_code_of, keyed
from portal_app.identity.errors import CodeTooSoon, WrongCode
from portal_app.identity.models import StepUp, email_key
from portal_app.identity.rules import MAX_WRONG_TRIES, RESEND_AFTER, digits_of
from portal_app.identity.stepup import repository
from portal_app.identity.stepup.approval import (
    DONE,
    FRESH_FOR,
    Approval,
    Purpose,
    approval_of,
    needs_the_code,
    refusal,
    with_approval,
)
from portal_app.identity.stepup.errors import StepUpNotFound, StepUpRequired
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.tokens import new_token, same
from portal_app.notifications.outbox import append_mail

Facts: TypeAlias = Mapping[str, str]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """*token* goes into the cookie, *path* is the page to go back to."""

    approval: Approval
    path: str
    token: str


async def require_step_up(session: AsyncSession, actor: Actor, approval: Approval) -> None:
    """Use up the confirmation of exactly *approval*, or raise StepUpRequired.

    To be called in the unit of work that does what was approved: if that fails, the confirmation
    is still there.
    """
    now = wall_now()
    done = await repository.consume(
        session,
        actor,
        purpose=approval.purpose.value,
        digest=approval.digest,
        confirmed_after=now - FRESH_FOR,
        now=now,
    )
    if not done:
        raise StepUpRequired(approval)


async def ask_step_up(actor: Actor, approval: Approval, *, back: str, to: str | None = None) -> str:
    """Send a code for *approval*; returns the page (a full load) on which it is typed.

    From there people come back to *back*, a path of ours, with `approval=<id>` in its query, which
    `approved_facts` reads. What was asked for already and still waits is not sent again. The code
    goes to the primary address; *to* is for proving another one after that.

    Raises
    ------
    TooManyRequests
        By the limits of sign-in codes, which count for the same mailbox.

    """
    async with database().unit_of_work() as session:
        waiting = await repository.newest_for(
            session, actor, approval.purpose.value, approval.digest
        )
        if waiting is not None and refusal(waiting, wall_now()) is None:
            waiting.back = back
            return page_of(waiting.id)
    await limits.admit_code(email_key(to or actor.email))
    async with database().unit_of_work() as session:
        now = wall_now()
        row = StepUp(
            person_id=actor.person_id,
            session_id=actor.session_id,
            purpose=approval.purpose.value,
            digest=approval.digest,
            facts=dict(approval.facts),
            back=back,
            address=to or actor.email,
            asked_at=now,
            code_sent_at=now,
        )
        session.add(row)
        _send(session, row, actor)
        return page_of(row.id)


async def approved_facts(
    session: AsyncSession, actor: Actor, step_up_id: str
) -> Mapping[str, str] | None:
    """What the actor was about to do, confirmed or not, to fill a form with; None for a stranger's.

    It proves nothing: `require_step_up` does.
    """
    row = await repository.one_of(session, actor, step_up_id)
    return None if row is None else row.facts


async def is_confirmed(session: AsyncSession, actor: Actor, step_up_id: str) -> bool:
    """Whether `require_step_up` would accept it now, so that a page may say that it is done."""
    row = await repository.one_of(session, actor, step_up_id)
    if row is None or row.confirmed_at is None or row.consumed_at is not None:
        return False
    return row.confirmed_at > wall_now() - FRESH_FOR


async def done_sentence(session: AsyncSession, actor: Actor, step_up_id: str) -> tuple[str, Facts]:
    """What to say of an approval of the actor's that was just used, and with which facts.

    Empty for anything else: nobody can put words on the page by an address.
    """
    row = await repository.one_of(session, actor, step_up_id)
    if row is None or row.consumed_at is None or wall_now() - row.consumed_at > FRESH_FOR:
        return "", {}
    return DONE.get(Purpose(row.purpose), ""), row.facts


async def step_up_of(session: AsyncSession, actor: Actor, step_up_id: str) -> StepUp:
    """The actor's own in this session; raises StepUpNotFound for any other."""
    row = await repository.one_of(session, actor, step_up_id)
    if row is None:
        raise StepUpNotFound
    return row


async def send_again(actor: Actor, step_up_id: str) -> None:
    """A new code, which ends the one before; raises CodeTooSoon, TooManyRequests."""
    async with database().reading() as session:
        row = await step_up_of(session, actor, step_up_id)
    now = wall_now()
    if refusal(row, now) is None and now - row.code_sent_at < RESEND_AFTER:
        raise CodeTooSoon
    await limits.admit_code(email_key(row.address))
    async with database().unit_of_work() as session:
        found = await repository.one_of(session, actor, step_up_id, lock=True)
        if found is None or found.confirmed_at is not None:
            raise StepUpNotFound
        found.code_number += 1
        found.code_sent_at, found.wrong_tries = now, 0
        _send(session, found, actor)


async def confirm(actor: Actor, step_up_id: str, typed: str) -> Confirmed:
    """Confirm by the digits of the mail; the session goes on under a new token (ASVS 7.2.4).

    Raises
    ------
    StepUpNotFound, WrongCode, ApprovalCodeExpired, ApprovalCodeSpent
        A wrong try is counted all the same.

    """
    async with database().unit_of_work() as session:
        row = await repository.one_of(session, actor, step_up_id, lock=True)
        if row is None:
            raise StepUpNotFound
        outcome = refusal(row, wall_now()) or _try_code(row, typed)
        if outcome is None:
            confirmed = await _confirmed(session, actor, row)
    if outcome is not None:
        logger.warning("step-up refused", extra={"fields": {"reason": outcome.code}})
        raise outcome
    await limits.forgive(email_key(row.address))
    return confirmed


async def confirm_without_code(session: AsyncSession, actor: Actor, step_up_id: str) -> Confirmed:
    """By a proof as good as the code, which the caller has checked; raises StepUpNotFound."""
    row = await repository.one_of(session, actor, step_up_id, lock=True)
    if row is None or row.confirmed_at is not None or needs_the_code(row):
        raise StepUpNotFound
    return await _confirmed(session, actor, row)


async def _confirmed(session: AsyncSession, actor: Actor, row: StepUp) -> Confirmed:
    token, row.confirmed_at = new_token(), wall_now()
    await repository.replace_token(session, actor.session_id, keyed(token))
    logger.info("step-up confirmed", extra={"fields": {"purpose": row.purpose}})
    return Confirmed(approval_of(row), with_approval(row.back, row.id), token)


def page_of(step_up_id: str) -> str:
    return f"/account/confirm/{step_up_id}/"


def _try_code(row: StepUp, typed: str) -> PortalError | None:
    if same(digits_of(typed), approval_code_of(row.id, row.code_number)):
        return None
    row.wrong_tries += 1
    return refusal(row, wall_now()) if row.wrong_tries >= MAX_WRONG_TRIES else WrongCode()


def _send(session: AsyncSession, row: StepUp, actor: Actor) -> None:
    append_mail(
        session,
        kind="step_up_code",
        recipient=row.address,
        locale=actor.locale,
        payload={"step_up_id": row.id, "code_number": row.code_number},
    )
