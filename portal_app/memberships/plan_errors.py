"""Refusals about changing plans and using promotion codes."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, InvalidInput, NotFound


class PlanNotOffered(Conflict):
    """No plan that this membership may change to, or no quantity that may be had."""

    code = "plan_not_offered"

    def __init__(self) -> None:
        super().__init__("That can't be chosen here. Nothing was changed.")


class NoPlanChosen(InvalidInput):
    code = "no_plan_chosen"

    def __init__(self) -> None:
        super().__init__("Choose a plan first.")


class PlanNotChangeable(Conflict):
    """Something stands in the way of every change; the page says what."""

    code = "plan_not_changeable"

    def __init__(self) -> None:
        super().__init__("The plan can't be changed right now. Nothing was changed.")


class QuoteExpired(Conflict):
    code = "quote_expired"

    def __init__(self) -> None:
        super().__init__(
            "What you saw was more than 15 minutes old, so it was worked out again. Nothing was"
            " changed or charged yet."
        )


class QuoteChanged(Conflict):
    """It would come to something else by now than what the customer was shown."""

    code = "quote_changed"

    def __init__(self) -> None:
        super().__init__(
            "The amounts have changed meanwhile, so they were worked out again. Nothing was changed"
            " or charged yet."
        )


class NoMethodToCharge(Conflict):
    code = "no_payment_method"

    def __init__(self) -> None:
        super().__init__("There is no payment method to charge. Add one first.")


class NothingToWithdraw(Conflict):
    """No change of plan waits, or it has happened."""

    code = "nothing_to_withdraw"

    def __init__(self) -> None:
        super().__init__("No change of plan is waiting any more.")


class PromotionUnknown(NotFound):
    """The same for what never was one and for what is over: codes are not to be guessed."""

    code = "promo_invalid"

    def __init__(self) -> None:
        super().__init__("That code doesn't exist or can't be used any more.", status=400)


class PromotionNotForThis(Conflict):
    """A code that is good, and not for this customer or this price."""

    code = "promo_not_applicable"

    def __init__(self) -> None:
        super().__init__("That code can't be used for this membership.")


class PromotionInUse(Conflict):
    code = "promo_in_use"

    def __init__(self) -> None:
        super().__init__("A promotion code is in use already; there can be one at a time.")
