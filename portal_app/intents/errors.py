"""What a customer is told when a change could not be made right now."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, PortalError


class StillUnderWay(Conflict):
    """Another change to the same thing is not finished yet."""

    code = "change_under_way"

    def __init__(self) -> None:
        super().__init__("An earlier change is still being made. Please try again in a moment.")


class Undecided(Exception):
    """A `send` stands before what can't be taken back, and nobody has written down that it may."""


class Waiting(PortalError):
    """The change is written down and will be made as soon as the provider answers."""

    code = "change_waiting"
    status = 202
    said = (
        "The payment provider isn't answering. Your change is saved and will be made as soon as it"
        " does; you don't have to do anything."
    )

    def __init__(self) -> None:
        super().__init__(self.said)


class Queued(Waiting):
    """The change is written down and will be made when an earlier one of the same thing is over."""

    said = (
        "An earlier change is still being made. Yours is saved and will be made right after it;"
        " you don't have to do anything."
    )


class Unconfirmed(PortalError):
    """Nobody knows yet whether the change was made; it is looked into and never repeated."""

    code = "change_unconfirmed"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "The payment provider didn't answer in time. We are checking what became of it and"
            " will show it here; please don't try again before."
        )
