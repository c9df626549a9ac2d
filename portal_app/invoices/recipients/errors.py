"""Refusals about who else gets receipts."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, NotFound


class RecipientNotFound(NotFound):
    """Unknown, malformed, removed and somebody else's: all the same answer."""

    code = "recipient_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that recipient.")


class AlreadyRecipient(Conflict):
    """The address is on the list."""

    code = "already_recipient"

    def __init__(self) -> None:
        super().__init__("This address is on your list already.")


class TooManyRecipients(Conflict):
    """Nobody has more bookkeepers than that."""

    code = "too_many_recipients"

    def __init__(self) -> None:
        super().__init__("You can have up to 5 recipients. Remove one first.")


class OwnAddress(Conflict):
    """The person's own, which gets the receipts anyway."""

    code = "own_address"

    def __init__(self) -> None:
        super().__init__("This is your own address: your receipts go there anyway.")


class InvitationOver(NotFound):
    """A link that was never given out, is too old, or whose recipient was removed."""

    code = "invitation_over"

    def __init__(self) -> None:
        super().__init__("This link doesn't work any more. Ask whoever invited you for a new one.")
