"""How many invitations may be sent: nobody can have strangers' mailboxes filled by us.

An address is counted whoever invites it, and a person whomever they invite.
"""

from __future__ import annotations

from typing import Final

from portal_app.identity.limits import admit
from portal_app.kit.limits import Limit

PER_PERSON: Final = (Limit("invite-person-day", 10, 86_400),)
PER_ADDRESS: Final = (Limit("invite-mail-day", 3, 86_400),)


async def admit_invitation(person_id: str, address_key: str) -> None:
    """Count one more invitation; raises TooManyRequests."""
    await admit(PER_PERSON, person_id)
    await admit(PER_ADDRESS, address_key)
