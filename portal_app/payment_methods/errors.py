"""Refusals about payment methods."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, NotFound


class PaymentMethodNotFound(NotFound):
    """Unknown, malformed, somebody else's, or no longer on file: all the same answer."""

    code = "payment_method_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that payment method.")


class OtherCustomer(Conflict):
    """A payment method can pay only for what is billed to the customer that it belongs to."""

    code = "other_customer"

    def __init__(self) -> None:
        super().__init__("That payment method can't pay for this membership: it is billed apart.")


class StillInUse(Conflict):
    """It pays for something, and nobody has said what should instead."""

    code = "payment_method_in_use"

    def __init__(self) -> None:
        super().__init__("This payment method still pays for something. Choose what should happen.")


class SetupNotFound(NotFound):
    """No customer or setup of the actor's own: unknown, malformed and foreign answer alike."""

    code = "setup_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find what you want to add a payment method to.")


class SetupFailed(Conflict):
    """The bank did not agree, or the customer gave up; nothing was saved.

    *reason* is Stripe's code of the refusal, for the sentence that says why.
    """

    code = "setup_failed"

    def __init__(self, reason: str = "") -> None:
        super().__init__("Your payment method was not added.")
        self.reason = reason or "setup_intent_authentication_failure"


class SetupLeft(Conflict):
    """The provider's page was closed or left before anything was saved."""

    code = "setup_left"

    def __init__(self) -> None:
        super().__init__("No payment method was added: you left the form before it was done.")


class SetupUnderWay(Conflict):
    """The bank takes its time; the provider will tell us when it is done."""

    code = "setup_under_way"

    def __init__(self) -> None:
        super().__init__(
            "Your bank is still checking your payment method. We'll show it here when it is done."
        )


class AttachedToSubscription(Conflict):
    """A subscription that runs is charged to it, the company's own or another's."""

    code = "payment_method_in_use"

    def __init__(self) -> None:
        super().__init__(
            "This payment method is attached to an active subscription. Charge that to another one"
            " first."
        )


class SetupOver(Conflict):
    """The customer has come back already, or never had to go."""

    code = "setup_over"

    def __init__(self) -> None:
        super().__init__("This setup has ended: nobody comes back from it any more.")
