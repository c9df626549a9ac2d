"""Why a membership can't be paused, in words."""

from __future__ import annotations

from typing import Final

from portal_app.memberships.pauses import Obstacle
from portal_app.memberships.service import PausePage
from portal_app.memberships.views.first_steps import (
    NO_STEP,
    FirstStep,
    to_keep,
    to_pay,
)
from portal_app.memberships.views.wording import price_text, sentence
from portal_app.ui.reader import Reader

_WHY: Final = {
    Obstacle.NOTHING_RENEWS: "You paid once and nothing renews, so there is nothing to pause.",
    Obstacle.UNPAID: "Its last payment is still open. Pay it first; then you can pause.",
    Obstacle.ENDING: "It is cancelled and ends anyway. To pause it instead, keep it first.",
    Obstacle.TRIAL: "Nothing is charged during the trial. You can pause after the first payment,"
    " or cancel now.",
    Obstacle.OFF: "{company} doesn't offer pausing for this membership.",
    Obstacle.CHANGING: "A change of your plan is arranged. You can pause after it has happened.",
    Obstacle.RENEWING: "It is being renewed right now. Please try again in a few minutes.",
    Obstacle.TOO_LONG: "It is charged {price}: one period is longer than it may be paused.",
}


def why_not(reader: Reader, page: PausePage) -> str:
    held, plan = page.held, page.plan
    if plan.obstacle is Obstacle.TOO_OFTEN and plan.again_at is not None:
        return reader.say(
            "You have paused as often as is possible within a year. You can pause again from"
            " {date}.",
            date=reader.date(plan.again_at),
        )
    if plan.obstacle in _WHY:
        company, price = held.row.company.title, price_text(reader, held)
        return reader.say(_WHY[plan.obstacle], company=company, price=price)
    return sentence(reader, held)


def before_pausing(reader: Reader, page: PausePage) -> FirstStep:
    """What `why_not` names as what helps."""
    match page.plan.obstacle:
        case Obstacle.UNPAID:
            return to_pay(reader, page.held)
        case Obstacle.ENDING:
            return to_keep(reader, page.held)
        case _:
            return NO_STEP
