"""Mails about the account itself: what was changed, so that a change by others is noticed.

They can't be switched off (ASVS 6.3.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import repository
from portal_app.identity.devices import device_name
from portal_app.identity.models import Person
from portal_app.notifications.outbox import append_mail
from portal_app.ui.reader import Reader


class AccountNotice(StrEnum):
    """What is told of."""

    METHOD_ADDED = "method_added"
    METHOD_REMOVED = "method_removed"
    NEW_DEVICE = "new_device"
    EMAIL_ADDED = "email_added"
    EMAIL_REMOVED = "email_removed"
    PRIMARY_CHANGED = "primary_changed"
    PRIMARY_RESTORED = "primary_restored"


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
    AccountNotice.NEW_DEVICE: (
        "New sign-in",
        "Somebody signed in to your account with a browser that we haven't seen before: {device}.",
    ),
    AccountNotice.EMAIL_ADDED: (
        "An email was added to your account",
        "{email} belongs to your account now and can sign in to it.",
    ),
    AccountNotice.EMAIL_REMOVED: (
        "An email was removed from your account",
        "{email} can't sign in to your account any more.",
    ),
    AccountNotice.PRIMARY_CHANGED: (
        "Your primary email was changed",
        "Mail about your account goes to {new} from now on, no longer to {old}.",
    ),
    AccountNotice.PRIMARY_RESTORED: (
        "Your primary email is as before",
        (
            "Mail goes to {old} again. {new} and every other email and way to sign in that came"
            " in the {days} days before the change or since was removed, and every browser was"
            " signed out."
        ),
    ),
}

_UNDO_IT: Final = (
    "This happened on {when}. If it wasn't you, open your account, sign out everywhere else and"
    " undo it there."
)
_ADVICE: Final[Mapping[AccountNotice, str]] = {
    AccountNotice.NEW_DEVICE: (
        "This happened on {when}. If it was you, there is nothing to do: a private window, or a"
        " browser whose cookies were deleted, is always new to us. If it wasn't you, open your"
        " account, sign out everywhere else, and check that every email and way to sign in there is"
        " yours."
    ),
    AccountNotice.PRIMARY_RESTORED: (
        "This happened on {when}. If it wasn't you, open your account and check that every email"
        " and way to sign in there is yours."
    ),
}
_BY_LINK: Final = "This happened on {when}."


def advice_of(notice: AccountNotice, *, by_link: bool) -> str:
    """What to do if it was somebody else, where no link of the mail does it."""
    return _BY_LINK if by_link else _ADVICE.get(notice, _UNDO_IT)


async def append_notice(
    session: AsyncSession,
    person_id: str,
    notice: AccountNotice,
    facts: Mapping[str, str],
    *,
    to: str | None = None,
    change_id: str = "",
) -> None:
    """Tell the person by their primary address, or at *to*; *change_id* is what a link undoes."""
    person = await session.get_one(Person, person_id)
    recipient = to or (await repository.primary_row(session, person_id)).address
    append_mail(
        session,
        kind="account_notice",
        recipient=recipient,
        locale=person.locale,
        payload={"notice": notice.value, "facts": dict(facts), "change_id": change_id},
    )


async def append_device_notice(session: AsyncSession, person_id: str, user_agent: str) -> None:
    person = await session.get_one(Person, person_id)
    facts = {"device": device_name(Reader(person.locale), user_agent)}
    await append_notice(session, person_id, AccountNotice.NEW_DEVICE, facts)
