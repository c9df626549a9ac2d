"""From an outbox row to a mail: which words each kind has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from portal_app.identity.codes import approval_code_of, code_of, link_token_of, undo_token_of
from portal_app.identity.emails import UNDO_FOR
from portal_app.identity.models import LoginCode, StepUp
from portal_app.identity.notices import WORDS, AccountNotice, advice_of
from portal_app.identity.rules import CODE_LIFETIME
from portal_app.identity.service import linking_of
from portal_app.identity.stepup.approval import Purpose, approval_of, refusal
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.notifications.addressee import reader_of
from portal_app.notifications.declarations import (
    declaration_failed,
    declaration_for_seller,
    declaration_on_file,
    declaration_received,
)
from portal_app.notifications.invitations import recipient_invitation
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.letters import write_notice
from portal_app.notifications.rendering import Mail, NothingToSend, render
from portal_app.notifications.transfer_mails import transfer_mail
from portal_app.settings import get_settings
from portal_app.ui.catalogue import translate

__all__ = ["KINDS", "Mail", "NothingToSend", "render", "write_mail"]


async def write_mail(message: OutboxMessage) -> Mail:
    """The mail of *message*; raises NothingToSend, KeyError for a kind nobody knows."""
    return await KINDS[message.kind](message)


async def _sign_in_code(message: OutboxMessage) -> Mail:
    async with database().reading() as session:
        request = await session.get(LoginCode, message.payload["login_code_id"])
    now = wall_now()
    if request is None or request.voided_at or request.used_at or now >= request.expires_at:
        raise NothingToSend
    code = code_of(request.id)
    return render(
        "sign_in_code",
        message.locale,
        subject=translate(message.locale, "Your sign-in code: {code}", code=code),
        code=code,
        linking=await linking_of(request),
        link=f"{get_settings().origin}/login/link/{link_token_of(request.id)}/",
        asked_at=(await reader_of(message)).moment(request.created_at),
        minutes=(request.expires_at - request.created_at) // timedelta(minutes=1),
    )


async def _step_up_code(message: OutboxMessage) -> Mail:
    async with database().reading() as session:
        row = await session.get(StepUp, message.payload["step_up_id"])
    number = message.payload["code_number"]
    if row is None or row.code_number != number or refusal(row, wall_now()) is not None:
        raise NothingToSend
    code, approval = approval_code_of(row.id, number), approval_of(row)
    return render(
        "step_up_code",
        message.locale,
        subject=translate(message.locale, "Your code to confirm: {code}", code=code),
        what=translate(message.locale, approval.sentence, **approval.facts),
        code=code,
        foreign=approval.purpose is Purpose.PROVE_EMAIL,
        link=f"{get_settings().origin}/account/",
        asked_at=(await reader_of(message)).moment(row.code_sent_at),
        minutes=CODE_LIFETIME // timedelta(minutes=1),
    )


async def _account_notice(message: OutboxMessage) -> Mail:
    notice = AccountNotice(message.payload["notice"])
    subject, sentence = WORDS[notice]
    when = (await reader_of(message)).moment(message.created_at)
    undo = message.payload.get("change_id")
    return render(
        "account_notice",
        message.locale,
        subject=translate(message.locale, subject),
        what=translate(message.locale, sentence, **message.payload["facts"]),
        link=f"{get_settings().origin}/account/",
        undo=f"{get_settings().origin}/login/undo/{undo_token_of(undo)}/" if undo else "",
        days=UNDO_FOR.days,
        advice=translate(message.locale, advice_of(notice, by_link=bool(undo)), when=when),
    )


KINDS: dict[str, Callable[[OutboxMessage], Awaitable[Mail]]] = {
    "sign_in_code": _sign_in_code,
    "step_up_code": _step_up_code,
    "account_notice": _account_notice,
    "recipient_invitation": recipient_invitation,
    "transfer": transfer_mail,
    "declaration_received": declaration_received,
    "declaration_on_file": declaration_on_file,
    "declaration_for_seller": declaration_for_seller,
    "declaration_failed": declaration_failed,
    **dict.fromkeys(NOTICES, write_notice),
}
