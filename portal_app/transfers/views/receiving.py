"""What a recipient reads: the offer, or why its link is dead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from portal_app.kit.money import Money
from portal_app.payment_methods.views import label_of
from portal_app.transfers.links import path_of
from portal_app.transfers.service import Offer, RecipientPage, Verdict
from portal_app.transfers.views.wording import dated, price_of_terms, titled
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodOption:
    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptForm:
    """*shown* goes back with the answer; *consent* is what is agreed to by pressing *accept*.

    With *needs_card* there is nothing on file yet. *terms* is said where the seller has terms of
    its own, at *terms_url*.
    """

    shown: str
    due_today: str
    methods: list[MethodOption]
    needs_card: bool
    consent: str
    accept: str
    warning: str
    terms: str = ""
    terms_url: str = ""

    @property
    def agreed(self) -> str:
        """The words on the page, as they are kept."""
        said = (self.consent, self.terms, f"[{self.accept}]")
        return "\n".join(one for one in said if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """*facts* are label and value; *happens* what accepting does."""

    path: str
    product: str
    title: str
    lead: str
    note: str
    facts: list[tuple[str, str]]
    happens: list[str] = field(default_factory=list)


def offer_view(reader: Reader, offer: Offer) -> OfferView:
    row = offer.subject.row
    sender = offer.masked_sender
    return OfferView(
        path=path_of(offer.transfer.id),
        product=row.product.title,
        title=reader.say("Take over {product}", product=row.product.title),
        lead=reader.say("{sender} wants to transfer this membership to you.", sender=sender)
        if sender
        else reader.say("This membership can be transferred to you."),
        note=offer.transfer.note,
        facts=[(label, value) for label, value in _facts(reader, offer) if value],
        happens=list(_happens(reader, offer)),
    )


def _facts(reader: Reader, offer: Offer) -> Iterator[tuple[str, str]]:
    row, due = offer.subject.row, offer.subject.next_charge
    yield reader.say("Membership"), titled(offer.subject)
    yield reader.say("Sold by"), row.company.title
    if row.membership.quantity != 1:
        yield reader.say("Quantity"), str(row.membership.quantity)
    if due is None:
        yield reader.say("Price"), reader.say("Nothing: it was paid once.")
    else:
        yield reader.say("Price"), price_of_terms(reader, offer.terms)
        yield reader.say("First charge"), reader.date(due)
    yield reader.say("Discounts that go on"), ", ".join(offer.terms.kept)
    yield reader.say("Discounts that end"), ", ".join(offer.terms.ended)
    yield reader.say("Offer open until"), reader.moment(offer.transfer.expires_at)


def _happens(reader: Reader, offer: Offer) -> Iterator[str]:
    due = offer.subject.next_charge
    yield reader.say("You get access right away.")
    if due is not None:
        yield reader.say(
            "The trial until {date} is free. From then on it is charged to you."
            if offer.subject.in_trial
            else "The time until {date} is paid already. From then on it is charged to you.",
            date=reader.date(due),
        )
    yield reader.say("Whoever transfers it loses access and is never charged for it again.")
    yield reader.say("Their invoices and payment methods stay with them.")


def accept_form(reader: Reader, page: RecipientPage) -> AcceptForm:
    """What stands above the button is what is agreed to."""
    offer = page.offer
    return AcceptForm(
        shown=offer.shown,
        due_today=reader.money(Money(0, offer.terms.currency)),
        methods=[
            MethodOption(id=one.id, label=label_of(reader, one), chosen=one.id == page.chosen)
            for one in page.methods
        ],
        needs_card=offer.needs_method and not page.methods,
        consent=_consent(reader, offer),
        accept=_accept(reader, offer),
        warning=_warning(reader, page),
        terms=_terms(reader, offer),
        terms_url=offer.terms_url,
    )


def _terms(reader: Reader, offer: Offer) -> str:
    if not offer.terms_url:
        return ""
    return reader.say("The terms of {company} apply.", company=offer.subject.row.company.title)


def _consent(reader: Reader, offer: Offer) -> str:
    due = offer.subject.next_charge
    if due is None:
        return reader.say("By accepting you take this membership over. You pay nothing for it.")
    return reader.say(
        "By accepting you agree that {price} is charged to the payment method you chose, first on"
        " {date} and then each time it renews, until you cancel. You can cancel at any time.",
        price=price_of_terms(reader, offer.terms),
        date=reader.date(due),
    )


def _accept(reader: Reader, offer: Offer) -> str:
    due = offer.subject.next_charge
    if due is None:
        return reader.say("Accept")
    return reader.say(
        "Accept – {price} from {date}",
        price=price_of_terms(reader, offer.terms),
        date=reader.date(due),
    )


def _warning(reader: Reader, page: RecipientPage) -> str:
    if not page.has_already:
        return ""
    product = page.offer.subject.row.product.title
    if page.offer.needs_method:
        return reader.say(
            "You have {product} already. If you accept, you hold and pay for it twice; you can"
            " cancel either one afterwards, or decline.",
            product=product,
        )
    return reader.say(
        "You have {product} already. If you accept, you hold it twice.", product=product
    )


_DEAD: Final = {
    Verdict.ACCEPTED: (
        "The transfer is under way",
        "It was accepted and is being carried out. This takes a moment.",
    ),
    Verdict.USED: (
        "This transfer is done",
        "The membership was transferred on {date}. A link works once.",
    ),
    Verdict.DECLINED: (
        "This transfer was declined",
        "Nothing changed hands. If that was a mistake, ask for a new link.",
    ),
    Verdict.WITHDRAWN: (
        "This offer was withdrawn",
        "Whoever sent it to you took it back. Nothing was charged.",
    ),
    Verdict.EXPIRED: (
        "This offer has expired",
        "It was open until {date}. Ask whoever sent it to you for a new one.",
    ),
    Verdict.FAILED: (
        "The transfer could not be completed",
        "Nothing changed hands and nothing was charged. Ask for a new link to try again.",
    ),
    Verdict.NOT_ALLOWED: (
        "This membership can't be transferred right now",
        "Something about it has changed since it was offered. Ask whoever sent you the link.",
    ),
}


def dead_view(reader: Reader, offer: Offer) -> tuple[str, str]:
    """Title and sentence of a link that can't be accepted any more, or not now."""
    title, sentence = _DEAD[offer.verdict]
    over = offer.transfer.ended_at or offer.transfer.expires_at
    if offer.verdict is Verdict.EXPIRED:
        over = offer.transfer.expires_at
    return reader.say(title), reader.say(sentence, date=dated(reader, over))


def not_theirs_view(reader: Reader, *, own: bool) -> tuple[str, str]:
    """Title and sentence for somebody signed in who can't accept it; *own* of who offers it."""
    if own:
        return (
            reader.say("This is your own offer"),
            reader.say("Only the account that you offered it to can accept it."),
        )
    return (
        reader.say("This offer is for another account"),
        reader.say("It was made to another address. If that is yours too, sign in with it."),
    )
