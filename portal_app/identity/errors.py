"""Refusals of sign-in, in sentences for people."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, InvalidInput, NotAllowed, NotFound, PortalError


class InvalidAddress(InvalidInput):
    """What was typed can't be an e-mail address."""

    code = "invalid_email"

    def __init__(self) -> None:
        super().__init__("Enter an email address, like name@example.com.")


class SignInRefused(PortalError):
    """A code or link that signs nobody in; *ask_again* when only a new code helps."""

    ask_again = True


class WrongCode(SignInRefused):
    """The digits don't match; the request stays open until the tries are used up."""

    code = "wrong_code"
    ask_again = False

    def __init__(self) -> None:
        super().__init__("That code is not right. Check the newest mail and try again.")


class NoCodeAsked(SignInRefused):
    """This browser never asked for a code, or its cookie is gone."""

    code = "no_code_asked"

    def __init__(self) -> None:
        super().__init__("Ask for a code in this browser first.")


class CodeUsed(SignInRefused):
    """One use only (ASVS 6.5.1)."""

    code = "code_used"
    status = 410

    def __init__(self) -> None:
        super().__init__("That code has been used already.")


class CodeExpired(SignInRefused):
    """Ten minutes are over."""

    code = "code_expired"
    status = 410

    def __init__(self) -> None:
        super().__init__("That code has expired.")


class CodeReplaced(SignInRefused):
    """A newer code was asked for, which ended this one."""

    code = "code_replaced"
    status = 410

    def __init__(self) -> None:
        super().__init__("A newer code was sent. Use the code from the newest mail.")


class TooManyTries(SignInRefused):
    """Five wrong tries end a code."""

    code = "too_many_tries"
    status = 410

    def __init__(self) -> None:
        super().__init__("The code was wrong too often, so it no longer works.")


class UnknownLink(SignInRefused):
    """No such link was ever sent."""

    code = "unknown_link"
    status = 404

    def __init__(self) -> None:
        super().__init__("That sign-in link does not work. It may be incomplete.")


class OtherBrowser(SignInRefused, NotAllowed):
    """The link is bound to the browser that asked (ASVS 6.6.2)."""

    code = "other_browser"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Open the link in the browser where you asked for it, or type the code there."
        )


class CodeTooSoon(SignInRefused):
    """The last code is less than 30 seconds old."""

    code = "too_soon"
    status = 429
    ask_again = False

    def __init__(self) -> None:
        super().__init__("We have just sent a code. Wait half a minute before you ask for another.")


class AddressNotFound(NotFound):
    """Unknown, removed and somebody else's: all the same answer."""

    code = "address_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find that email in your account.")


class AddressTaken(Conflict):
    """Said only to who has proved that they read it."""

    code = "address_taken"

    def __init__(self) -> None:
        super().__init__(
            "This email has an account of its own. Sign in with it to see what is in it."
        )


class OwnAddressAlready(Conflict):
    """Nothing to add."""

    code = "own_address"

    def __init__(self) -> None:
        super().__init__("This email is in your account already.")


class TooManyAddresses(Conflict):
    """Nobody has bought with more."""

    code = "too_many_addresses"

    def __init__(self) -> None:
        super().__init__("You can have up to 10 emails. Remove one first.")


class PrimaryStays(Conflict):
    """Mails need somewhere to go, and a change of it somewhere to be undone from."""

    code = "primary_stays"

    def __init__(self) -> None:
        super().__init__(
            "Your primary email can't be removed, nor can the one before within 7 days of a change."
        )


class UndoOver(NotFound):
    """A link that was never sent, is too old, or is used."""

    code = "undo_over"
    status = 410

    def __init__(self) -> None:
        super().__init__("This link doesn't work any more.")


class UnknownZone(InvalidInput):
    """Not one of the list."""

    code = "unknown_zone"

    def __init__(self) -> None:
        super().__init__("Choose a time zone of the list.")


class SessionNotFound(NotFound):
    """Unknown, ended and somebody else's: all the same answer."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("That browser is signed out already.")
