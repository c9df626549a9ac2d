"""Mails about the account itself: what was changed, so that a change by others is noticed.

They can't be switched off (ASVS 6.3.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import repository
from portal_app.identity.models import Person
from portal_app.notifications.outbox import append_mail


class AccountNotice(StrEnum):
    """What is told of."""

    METHOD_ADDED = "method_added"
    METHOD_REMOVED = "method_removed"


# Subject, and the sentence below it. The places are facts.
WORDS: Final[Mapping[AccountNotice, tuple[str, str]]] = {
    AccountNotice.METHOD_ADDED: (
        "New way to sign in",
        "{provider} ({account}) can sign in to your account from now on.",
    ),
    AccountNotice.METHOD_REMOVED: (
        "A way to sign in was removed",
        "{provider} ({account}) can't sign in to your account any more.",
    ),
}


async def append_notice(
    session: AsyncSession,
    person_id: str,
    notice: AccountNotice,
    facts: Mapping[str, str],
    *,
    to: str | None = None,
) -> None:
    """Tell the person by their primary address, or at *to*."""
    person = await session.get_one(Person, person_id)
    recipient = to or await repository.primary_address(session, person_id)
    append_mail(
        session,
        kind="account_notice",
        recipient=recipient,
        locale=person.locale,
        payload={"notice": notice.value, "facts": dict(facts)},
    )
