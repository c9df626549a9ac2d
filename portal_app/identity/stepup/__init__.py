"""Proving oneself again before something sensitive: what other domains may use of it.

A service calls `require_step_up` in the unit of work of what it does; its page answers
`StepUpRequired` by sending the tab to `ask_step_up`'s address, which leads back to the page.
"""

from portal_app.identity.stepup.approval import Approval, Purpose
from portal_app.identity.stepup.errors import StepUpRequired
from portal_app.identity.stepup.service import (
    approved_facts,
    ask_step_up,
    is_confirmed,
    require_step_up,
)

__all__ = [
    "Approval",
    "Purpose",
    "StepUpRequired",
    "approved_facts",
    "ask_step_up",
    "is_confirmed",
    "require_step_up",
]
