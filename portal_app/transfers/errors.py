"""Refusals about transfers."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, NotFound


class TransferNotFound(NotFound):
    """Unknown, guessed and malformed: all the same answer."""

    code = "transfer_not_found"

    def __init__(self) -> None:
        super().__init__("This link doesn't work. Ask whoever sent it to you for a new one.")


class CantTransfer(Conflict):
    """Something stands in the way; *reason* is a `rules.Blocked` or the provider's word for it."""

    code = "cannot_transfer"

    def __init__(self, reason: str) -> None:
        super().__init__("This membership can't be transferred right now.")
        self.reason = reason


class AlreadyOffered(Conflict):
    """One open offer for each membership."""

    code = "already_offered"

    def __init__(self) -> None:
        super().__init__("This membership is offered to somebody already.")


class OwnAccount(Conflict):
    """The sender's own address, or the sender who follows their own link."""

    code = "own_account"

    def __init__(self) -> None:
        super().__init__("This is your own account: choose somebody else's.")


class OfferChanged(Conflict):
    """Price, date or plan are not what was shown any more."""

    code = "offer_changed"

    def __init__(self) -> None:
        super().__init__("Something has changed meanwhile. Nothing was done; please read it again.")


class OfferOver(Conflict):
    """Used, declined, withdrawn or expired; or on its way already."""

    code = "offer_over"

    def __init__(self) -> None:
        super().__init__("This offer is over.")


class NotTheRecipient(Conflict):
    """Signed in as somebody to whom it was not offered."""

    code = "not_the_recipient"

    def __init__(self) -> None:
        super().__init__("This membership was offered to another account.")


class NoMethod(Conflict):
    """A renewal has to be charged to something."""

    code = "no_payment_method"

    def __init__(self) -> None:
        super().__init__("Choose a payment method first.")
