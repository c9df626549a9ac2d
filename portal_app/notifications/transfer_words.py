"""What the mails of a transfer say, to both sides at each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from portal_app.memberships.rules import ends_at, is_canceling
from portal_app.settings import get_settings
from portal_app.transfers.links import path_of
from portal_app.transfers.service import Offer, Side, Step, confirmation_path
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """*subject* is the heading too; *action* is label and address, *see_also* another such link."""

    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] = ("", "")
    see_also: tuple[str, str] = ("", "")


Words: TypeAlias = Callable[[Reader, Offer], Told]
Action: TypeAlias = Callable[[Reader, Offer], tuple[str, str]]


def origin(path: str) -> str:
    return f"{get_settings().origin}{path}"


def _own_offer(reader: Reader, offer: Offer) -> tuple[str, str]:
    address = f"/billing/manage/{offer.transfer.member_id}/transfer/"
    return reader.say("See your offer"), origin(address)


def _how_far(reader: Reader, offer: Offer) -> tuple[str, str]:
    return reader.say("See how far it is"), origin(path_of(offer.transfer.id))


def _orders(reader: Reader, _offer: Offer) -> tuple[str, str]:
    return reader.say("See your memberships"), origin("/orders/")


def _plain(subject: str, *sentences: str, action: Action = _orders) -> Words:
    """A heading, some sentences, and one button."""

    def write(reader: Reader, offer: Offer) -> Told:
        creator = offer.subject.row.company.title
        return Told(
            subject=reader.say(subject, product=_product(offer)),
            paragraphs=tuple(reader.say(one, creator=creator) for one in sentences),
            action=action(reader, offer),
        )

    return write


def _invited(reader: Reader, offer: Offer) -> Told:
    return Told(
        subject=reader.say("{product} is offered to you", product=_product(offer)),
        paragraphs=(
            reader.say(
                "{sender} wants to transfer this membership to you. You see everything before you"
                " decide, and nothing is charged today.",
                sender=offer.masked_sender or reader.say("Somebody"),
            ),
            reader.say("If you don't want it, do nothing or decline."),
        ),
        action=(reader.say("See the offer"), origin(path_of(offer.transfer.id))),
    )


def _asked(reader: Reader, offer: Offer) -> Told:
    why = _UNAPPROVED if offer.transfer.needs_approval else _HELD
    return _plain("Your offer of {product} waits", why, action=_own_offer)(reader, offer)


def _given(reader: Reader, offer: Offer) -> Told:
    return Told(
        subject=reader.say("{product} was transferred", product=_product(offer)),
        paragraphs=(
            reader.say(
                "It was accepted. You have no access any more and are never charged for it again."
            ),
            reader.say("Your invoices and receipts stay in your account."),
            _old_key(reader, offer),
        ),
        action=_orders(reader, offer),
        see_also=_confirmation(reader, offer),
    )


def _confirmation(reader: Reader, offer: Offer) -> tuple[str, str]:
    """The same address for both: each side finds its own part there."""
    address = origin(confirmation_path(offer.transfer.id))
    return reader.say("Download confirmation"), address


def _old_key(reader: Reader, offer: Offer) -> str:
    if not offer.subject.row.membership.license_key:
        return ""
    return reader.say("Your licence key no longer works.")


def _got(reader: Reader, offer: Offer) -> Told:
    # A mail that is sent late or anew must not tell the key of whoever has it by then.
    still_theirs = offer.subject.row.member.id == offer.transfer.to_member_id
    key = offer.subject.row.membership.license_key if still_theirs else ""
    return Told(
        subject=reader.say("{product} is yours", product=_product(offer)),
        paragraphs=(
            reader.say("You have taken it over. You can cancel at any time."),
            reader.say("Your licence key: {key}", key=key) if key else "",
        ),
        action=(
            reader.say("Manage membership"),
            origin(f"/billing/manage/{offer.transfer.to_member_id}/"),
        ),
        see_also=_confirmation(reader, offer),
    )


def _product(offer: Offer) -> str:
    return " ".join(offer.subject.row.product.title.split())


def _failed(reader: Reader, offer: Offer) -> Told:
    """It may have ended by itself on the way, as it was told to before the transfer failed."""
    if offer.subject.facts.ended_at is None and is_canceling(offer.subject.facts):
        return _left_ending(reader, offer)
    over = offer.subject.facts.ended_at is not None
    became = "It stays yours, but it has ended meanwhile." if over else _KEPT
    return _plain("{product} could not be transferred", "The payment provider refused it.", became)(
        reader, offer
    )


def _left_ending(reader: Reader, offer: Offer) -> Told:
    """The old subscription was told to end, and the provider would not take that back either."""
    ends = ends_at(offer.subject.facts)
    return Told(
        subject=reader.say("{product} could not be transferred", product=_product(offer)),
        paragraphs=(
            reader.say("The payment provider refused it."),
            reader.say(
                "It stays yours, but it is set to end on {date} now: the payment provider would not"
                " take that back yet. We keep trying.",
                date=reader.date(ends) if ends else "",
            ),
            reader.say("To be sure, press the button: then it goes on as before."),
        ),
        action=(
            reader.say("Keep my membership"),
            origin(f"/billing/manage/{offer.transfer.member_id}/undo/"),
        ),
    )


_UNAPPROVED: Final = "It has not been sent yet: {creator} has to agree first."
_HELD: Final = "How you sign in has changed lately, so it is sent a day later, for your safety."
_KEPT: Final = "It stays yours, and nothing has changed."
_NOTHING: Final = "Nothing was charged, and there is nothing to do."
WORDS: Final[dict[tuple[Side, Step], Words]] = {
    (Side.SENDER, Step.REQUESTED): _asked,
    (Side.SENDER, Step.OFFERED): _plain(
        "You offered {product}",
        "You lose access when they accept. Until then you can withdraw it.",
        action=_own_offer,
    ),
    (Side.RECIPIENT, Step.OFFERED): _invited,
    (Side.SENDER, Step.OPENED): _plain(
        "Your offer of {product} was opened",
        "They have seen it and can accept it now. Until then you can withdraw it.",
        action=_own_offer,
    ),
    # What took longer than usual is said, as it can't be stopped any more.
    (Side.SENDER, Step.ACCEPTED): _plain(
        "{product} is being transferred",
        "It was accepted. The payment provider takes longer than usual.",
        "You are told when it is done. It can't be withdrawn any more.",
        action=_own_offer,
    ),
    (Side.RECIPIENT, Step.ACCEPTED): _plain(
        "{product} is being transferred to you",
        "You accepted it. The payment provider takes longer than usual.",
        "You are told when it is done. There is nothing to do.",
        action=_how_far,
    ),
    (Side.SENDER, Step.COMPLETED): _given,
    (Side.RECIPIENT, Step.COMPLETED): _got,
    (Side.SENDER, Step.DECLINED): _plain("Your offer of {product} was declined", _KEPT),
    (Side.RECIPIENT, Step.DECLINED): _plain("You declined {product}", _NOTHING),
    (Side.SENDER, Step.WITHDRAWN): _plain("Your offer of {product} was withdrawn", _KEPT),
    (Side.RECIPIENT, Step.WITHDRAWN): _plain(
        "The offer of {product} was withdrawn", "Whoever made it took it back.", _NOTHING
    ),
    (Side.SENDER, Step.EXPIRED): _plain("Your offer of {product} has expired", _KEPT),
    (Side.RECIPIENT, Step.EXPIRED): _plain("The offer of {product} has expired", _NOTHING),
    (Side.SENDER, Step.REFUSED): _plain(
        "{product} can't be transferred", "Whoever sells it did not agree.", _KEPT
    ),
    (Side.SENDER, Step.FAILED): _failed,
    (Side.RECIPIENT, Step.FAILED): _plain(
        "{product} could not be transferred", "The payment provider refused it.", _NOTHING
    ),
    (Side.SENDER, Step.KEPT): _plain(
        "{product} goes on", "That it was set to end is taken back. It renews as before."
    ),
}
