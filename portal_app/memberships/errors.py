"""Refusals about memberships."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, NotFound


class MembershipNotFound(NotFound):
    """Unknown, malformed, somebody else's, or no longer the caller's: all the same answer."""

    code = "membership_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that membership.")


class NotCharged(Conflict):
    """No payment method matters for it: it is over, was paid once, or is paid by invoice."""

    code = "membership_not_charged"

    def __init__(self) -> None:
        super().__init__("Nothing is charged for this membership, so it has no payment method.")


class NothingToPay(Conflict):
    """No invoice of the membership is open, or it is not charged to a payment method."""

    code = "nothing_to_pay"

    def __init__(self) -> None:
        super().__init__("There is nothing to pay for this membership right now.")


class AmountChanged(Conflict):
    """Something else is due than what the customer was shown and agreed to."""

    code = "amount_changed"

    def __init__(self) -> None:
        super().__init__("The amount has changed meanwhile. Nothing was charged.")


class NothingToCancel(Conflict):
    """It is over, ends already, or was bought once: there is nothing that goes on."""

    code = "nothing_to_cancel"

    def __init__(self) -> None:
        super().__init__("Nothing renews here any more, so there is nothing to cancel.")


class ExitChanged(Conflict):
    """Cancelling would do something else by now than what the customer was shown."""

    code = "exit_changed"

    def __init__(self) -> None:
        super().__init__(
            "Something about this membership has changed meanwhile. Nothing was cancelled; please"
            " read again what happens now."
        )


class NothingToUndo(Conflict):
    """It goes on, is over, or ends on a date that the seller has set."""

    code = "nothing_to_undo"

    def __init__(self) -> None:
        super().__init__("There is no cancellation to take back.")


class TooLateToKeep(Conflict):
    """What ends it came first: it is over, or the provider is being asked for that right now."""

    code = "too_late_to_keep"

    def __init__(self) -> None:
        super().__init__("It's too late to keep it: it has ended, or is ending right now.")


class NothingToPause(Conflict):
    """Its state or the company's policy forbids it; the page says which."""

    code = "nothing_to_pause"

    def __init__(self) -> None:
        super().__init__("This membership can't be paused right now.")


class PauseChanged(Conflict):
    """Pausing would do something else by now than what the customer was shown."""

    code = "pause_changed"

    def __init__(self) -> None:
        super().__init__(
            "Something about this membership has changed meanwhile. Nothing was paused; please read"
            " again what happens now."
        )


class NothingToResume(Conflict):
    """It is neither paused nor about to be."""

    code = "nothing_to_resume"

    def __init__(self) -> None:
        super().__init__("This membership isn't paused.")


class OfferGone(Conflict):
    """What a customer wanted to take instead of cancelling is not to be had any more."""

    code = "offer_gone"

    def __init__(self) -> None:
        super().__init__("This offer is no longer there. Nothing was changed.")


class CantRejoin(Conflict):
    """Its company wants nobody back so, sells nothing of the sort, or somebody else pays."""

    code = "cant_rejoin"

    def __init__(self) -> None:
        super().__init__("This can't be joined again. Nothing was charged.")


class AlreadyBack(Conflict):
    """It runs: it was joined again in another tab, or has never ended."""

    code = "already_back"

    def __init__(self) -> None:
        super().__init__("This membership runs already. Nothing was charged.")


class MetadataNotKept(Conflict):
    """What was bought once has no object at the provider that keeps metadata."""

    code = "metadata_not_kept"

    def __init__(self) -> None:
        super().__init__("Metadata can be set for memberships that renew only.")


class NotExtendable(Conflict):
    """Nothing of it ends by itself, or it is over, paused, overdue or ends on a set date."""

    code = "not_extendable"

    def __init__(self) -> None:
        super().__init__("This membership has no running period that could be made longer.")


class NotReactivable(Conflict):
    """It renews, runs, or has expired and nobody said for how long."""

    code = "not_reactivable"

    def __init__(self) -> None:
        super().__init__(
            "Only what was bought once and is over can be reactivated; with days where it expired."
        )
