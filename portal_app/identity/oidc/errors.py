"""Refusals of signing in through others, in sentences for people."""

from __future__ import annotations

from portal_app.identity.errors import SignInRefused
from portal_app.kit.errors import Conflict, NotFound


class UnknownProvider(NotFound):
    """Nobody of that name is in the settings."""

    code = "unknown_provider"

    def __init__(self) -> None:
        super().__init__("This way to sign in is not offered here.")


class MethodNotFound(NotFound):
    """Unknown, removed and somebody else's: all the same answer."""

    code = "method_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that way to sign in.")


class AttemptOver(SignInRefused):
    """No such attempt in this browser, or not any more: a wrong state, a replay, another tab."""

    code = "attempt_over"

    def __init__(self) -> None:
        super().__init__("This sign-in was started elsewhere, took too long or is over. Try again.")


class ProviderSaidNo(SignInRefused):
    """The person pressed Cancel there, or the service refused."""

    code = "provider_said_no"

    def __init__(self) -> None:
        super().__init__("The other service did not sign you in. Nothing was changed.")


class AnswerNotProven(SignInRefused):
    """A signature, issuer, audience, nonce, time or subject that is not what it has to be."""

    code = "answer_not_proven"

    def __init__(self) -> None:
        super().__init__("The other service's answer could not be verified. Nothing was changed.")


class NotSignedInAnew(SignInRefused):
    """To confirm something: the service does not say when, or it was before they left."""

    code = "not_signed_in_anew"

    def __init__(self) -> None:
        super().__init__(
            "The other service did not say that you signed in just now. Nothing was confirmed. Use"
            " the code by email."
        )


class NotLinkedHere(SignInRefused):
    """To confirm something: nobody's account over there, or another person's."""

    code = "not_linked_here"

    def __init__(self) -> None:
        super().__init__(
            "You signed in there with an account that is not one of your ways to sign in here."
            " Nothing was confirmed."
        )


class ProviderAway(SignInRefused):
    """It could not be reached, or answered nonsense."""

    code = "provider_away"
    status = 503

    def __init__(self) -> None:
        super().__init__("The other service can't be reached right now. Use a code by email.")


class NoAddressShared(SignInRefused):
    """Without an address there is nobody to be."""

    code = "no_address_shared"

    def __init__(self) -> None:
        super().__init__(
            "The other service did not tell us an email that we can use. Sign in with a code by"
            " email; then you can add that service on your account page."
        )


class SomebodyElses(Conflict):
    """The account over there signs another person in here."""

    code = "somebody_elses"

    def __init__(self) -> None:
        super().__init__("That account already signs in to another account here.")
