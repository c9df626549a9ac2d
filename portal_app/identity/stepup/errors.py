"""Refusals of a step-up, in sentences for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal_app.kit.errors import NotAllowed, NotFound, PortalError

if TYPE_CHECKING:
    from portal_app.identity.stepup.approval import Approval


class StepUpRequired(NotAllowed):
    """Nothing was done: *approval* has to be confirmed first, in this session and just now."""

    code = "step_up_required"

    def __init__(self, approval: Approval) -> None:
        super().__init__("Confirm that it is you to go on.")
        self.approval = approval


class StepUpNotFound(NotFound):
    """Unknown, another person's and another session's: all the same answer."""

    code = "step_up_not_found"

    def __init__(self) -> None:
        super().__init__("This confirmation is over. Start again where you came from.")


class ApprovalCodeExpired(PortalError):
    """Ten minutes are over."""

    code = "code_expired"
    status = 410

    def __init__(self) -> None:
        super().__init__("That code has expired.")


class ApprovalCodeSpent(PortalError):
    """Used, or guessed at too often."""

    code = "code_used"
    status = 410

    def __init__(self) -> None:
        super().__init__("That code no longer works. Send a new one.")
