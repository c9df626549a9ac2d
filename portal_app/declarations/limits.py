"""How much one visitor may declare, and how many mails one address gets for it.

A declaration is a right: an address that was written to often enough gets no more mail, but what is
declared for it still counts. Otherwise anybody could keep somebody else from cancelling.
"""

from __future__ import annotations

from typing import Final

from portal_app.identity.limits import admit, network
from portal_app.kit.errors import TooManyRequests
from portal_app.kit.limits import Limit

PER_VISITOR: Final = (Limit("declare-ip-hour", 10, 3_600), Limit("declare-ip-day", 30, 86_400))
MAILS_PER_ADDRESS: Final = (Limit("declare-mail-day", 5, 86_400),)
MAILS_PER_COMPANY: Final = (Limit("declare-seller-day", 50, 86_400),)
MAILS_PER_HOLDER: Final = (Limit("declare-holder-day", 3, 86_400),)
MAILS_PER_MEMBERSHIP: Final = (Limit("declare-found-day", 3, 86_400),)


async def admit_visitor(ip: str) -> None:
    """Count one more declaration from this address; raises TooManyRequests."""
    await admit(PER_VISITOR, network(ip))


async def may_mail(address_key: str) -> bool:
    """Count one more mail to an address that somebody typed; whether it may still be sent."""
    return await _admits(MAILS_PER_ADDRESS, address_key)


async def may_mail_holder(member_id: str) -> bool:
    """The same for what the address on file is told about one membership."""
    return await _admits(MAILS_PER_HOLDER, member_id)


async def may_mail_seller(company_id: str, membership_id: str | None) -> bool:
    """The same for what a company's creators are told.

    What is about a membership is counted for that one alone, so that whoever makes declarations up
    can't silence those that are somebody's.
    """
    if membership_id is not None:
        return await _admits(MAILS_PER_MEMBERSHIP, membership_id)
    return await _admits(MAILS_PER_COMPANY, company_id)


async def _admits(limits: tuple[Limit, ...], subject: str) -> bool:
    try:
        await admit(limits, subject)
    except TooManyRequests:
        return False
    return True
