"""Why a card or an account is refused, and what a test number stands for."""

from dataclasses import dataclass
from typing import Literal

from portal_app.sandbox.engine.errors import ApiError


@dataclass(frozen=True)
class Decline:
    """`code` and `decline_code` are Stripe's (docs.stripe.com/declines/codes)."""

    code: str
    decline_code: str | None
    message: str

    def error(self, **fields: object) -> ApiError:
        return ApiError(
            402,
            "card_error",
            self.message,
            code=self.code,
            decline_code=self.decline_code,
            **fields,  # type: ignore[arg-type]
        )


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
LOST = Decline("card_declined", "lost_card", "Your card was declined.")
STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.")
BLOCKED = Decline("card_declined", "fraudulent", "Your card was declined.")
VELOCITY = Decline(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount "
    "limit.",
)
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.")
LIVE_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. "
    "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
)
AUTHENTICATION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
# What the API says when an invoice's payment waits for the customer.
ACTION = Decline(
    "invoice_payment_intent_requires_action",
    None,
    "This payment requires additional user action before it can be completed successfully. "
    "Payment can be completed using the PaymentIntent associated with the invoice.",
)
DEBIT_FAILED = Decline(
    "payment_intent_payment_attempt_failed",
    "generic_decline",
    "The customer's bank has declined the debit.",
)
DEBIT_FUNDS = Decline(
    "insufficient_funds", "insufficient_funds", "The customer's account has insufficient funds."
)

# When the bank wants to see the customer (docs.stripe.com/testing#regulatory-cards).
Challenge = Literal["never", "unless_set_up", "on_session", "always"]


@dataclass(frozen=True)
class Complaint:
    """What follows a charge (docs.stripe.com/testing#disputes): `cases` disputes over parts of it.

    An inquiry asks and takes no money.
    """

    reason: str
    network_reason_code: str | None
    case_type: Literal["chargeback", "compliance", "inquiry"] = "chargeback"
    cases: int = 1


@dataclass(frozen=True)
class TestCard:
    """`attach` refuses at saving, `charge` at every charge, after any authentication.

    `fails` are the checks of the card's details that come back with `fail`.
    """

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    attach: Decline | None = None
    charge: Decline | None = None
    challenge: Challenge = "never"
    dispute: Complaint | None = None
    fails: frozenset[str] = frozenset()

    def asks(self, *, off_session: bool, set_up: bool) -> bool:
        """Whether this charge needs the customer in front of the bank's page."""
        if self.challenge == "always":
            return True
        if off_session:
            return self.challenge == "unless_set_up" and not set_up
        return self.challenge != "never"


@dataclass(frozen=True)
class TestAccount:
    """A test IBAN: whether the debit fails, and after how many seconds that is known."""

    iban: str
    fails: Decline | None = None
    delay: int = 0
    dispute: Complaint | None = None
