"""A declaration as a document: for whoever typed it, and for whoever holds the membership.

The first repeats what was typed, and says nothing of whether we know the address; the second says
what it was found to be about, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from portal_app.catalog.models import Company
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.service.confirming import ReadDeclaration
from portal_app.declarations.views.findings import failed_text
from portal_app.invoices.documents import wording
from portal_app.invoices.documents.model import Document, Fact, Figure, Party
from portal_app.invoices.snapshot import Party as KeptParty
from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader


def declared_document(reader: Reader, found: ReadDeclaration) -> Document:
    """What was declared, by whom, and when it came in."""
    declaration, company = found.declaration, found.company
    received = reader.moment(declaration.asked_at)
    return Document(
        kind="confirmation",
        id=declaration.id,
        language=supported(reader.locale),
        title=title_of(reader, declaration),
        number=declaration.reference,
        issuer=wording.issuer_of(company, KeptParty()),
        accent=wording.accent_of(company),
        company_id=company.id,
        status=reader.say("Received on {date}", date=received),
        issued_at=declaration.asked_at,
        country="",
        facts=tuple(_facts(reader, declaration)),
        parties=(
            Party(reader.say("Sent to"), (company.title,)),
            Party(reader.say("Declared by"), (declaration.name, declaration.address)),
        ),
        items=(),
        figures=(),
        entries=(),
        notes=(
            *next_steps(reader, declaration, company),
            *wording.help_note(reader, company, found.company_support),
        ),
        headings=wording.headings(reader),
    )


def settled_document(reader: Reader, found: ReadDeclaration) -> Document:
    """The same with the membership it is about, and the sums of a withdrawal."""
    declaration, company = found.declaration, found.company
    plain = declared_document(reader, found)
    facts = [*plain.facts, Fact(reader.say("Membership"), found.membership)]
    at = declaration.takes_effect_at
    if at is not None and declaration.finding is not Finding.REFUSED:
        facts.append(Fact(reader.say("Takes effect on"), reader.moment(at)))
    return replace(
        plain,
        product_id=found.product_id,
        facts=tuple(facts),
        figures=tuple(refund_figures(reader, declaration)),
        notes=(
            *_settled_notes(reader, declaration, company, found.membership),
            *wording.help_note(reader, company, found.support),
        ),
    )


def title_of(reader: Reader, declaration: Declaration) -> str:
    if declaration.kind is DeclarationKind.WITHDRAWAL:
        return reader.say("Your withdrawal")
    return reader.say("Your cancellation")


def next_steps(reader: Reader, declaration: Declaration, company: Company) -> Iterator[str]:
    """What comes now, the same for everybody who declares."""
    if declaration.kind is DeclarationKind.WITHDRAWAL:
        yield reader.say(
            "{company} checks it and gives back what is due, within 14 days. Nothing has been given"
            " back yet.",
            company=company.title,
        )
    else:
        yield reader.say(
            "If one membership with this email address is found, it ends with the period that is"
            " running, and the address on file is told the date. Otherwise {company} looks into"
            " it.",
            company=company.title,
        )
    if declaration.extraordinary:
        yield reader.say("{company} decides whether it ends at once.", company=company.title)
    yield reader.say("Keep this confirmation: it is your proof. All times are in UTC.")


def refund_figures(reader: Reader, declaration: Declaration) -> Iterator[Figure]:
    """What was paid, what of it may be kept, and what goes back; nothing without sums."""
    sums = declaration.refund
    if not sums or declaration.finding is not Finding.IN_TIME:
        return

    def figure(label: str, minor: int, *, strong: bool = False) -> Figure:
        amount = reader.money(Money(minor, sums["currency"]))
        return Figure(label=label, amount=amount, strong=strong)

    yield figure(reader.say("Paid so far"), sums["paid_minor"])
    if sums["kept_minor"]:
        yield figure(reader.say("For the time it was used"), -sums["kept_minor"])
    yield figure(reader.say("To be given back"), sums["back_minor"], strong=True)


def _facts(reader: Reader, declaration: Declaration) -> Iterator[Fact]:
    yield Fact(reader.say("Reference"), declaration.reference)
    yield Fact(reader.say("Received on"), reader.moment(declaration.asked_at))
    yield Fact(reader.say("What is meant"), declaration.contract)
    if declaration.kind is DeclarationKind.WITHDRAWAL:
        return
    how = "At once, for good cause" if declaration.extraordinary else "In the ordinary way"
    yield Fact(reader.say("How"), reader.say(how))
    if declaration.grounds:
        yield Fact(reader.say("Reason"), declaration.grounds)
    yield Fact(reader.say("Shall end"), _wished(reader, declaration))


def _wished(reader: Reader, declaration: Declaration) -> str:
    if declaration.wished_on is None:
        return reader.say("As soon as possible")
    day = declaration.wished_on
    return reader.day(day)


def _settled_notes(
    reader: Reader, declaration: Declaration, company: Company, membership: str
) -> Iterator[str]:
    match declaration.finding:
        case Finding.SCHEDULED:
            yield reader.say("It ends then, and nothing more is charged.")
        case Finding.IN_TIME:
            yield from _in_time(reader, declaration, company)
        case Finding.TOO_LATE:
            yield too_late(reader, declaration, company)
        case Finding.REFUSED:
            yield failed_text(reader, declaration, membership, company.title)
    yield reader.say("All times are in UTC.")


def _in_time(reader: Reader, declaration: Declaration, company: Company) -> Iterator[str]:
    until = datetime.fromisoformat(declaration.refund["until"])
    yield reader.say("It came in time: you can withdraw until {date}.", date=reader.moment(until))
    if at := declaration.refund.get("automatic_at"):
        yield by_itself(reader, datetime.fromisoformat(at))
    else:
        yield reader.say(
            "{company} decides about the refund and gives it back to what you paid with.",
            company=company.title,
        )


def by_itself(reader: Reader, at: datetime) -> str:
    """Where the company's policy carries it out."""
    return reader.say(
        "Your membership ends on {date}, and the money goes back to what you paid with.",
        date=reader.moment(at),
    )


def too_late(reader: Reader, declaration: Declaration, company: Company) -> str:
    """Why there is no right by the rules known here; the seller may see it otherwise."""
    until = declaration.refund.get("until")
    if not until:
        return reader.say(
            "We know of no right to withdraw in your country. {company} looks into it.",
            company=company.title,
        )
    return reader.say(
        "The time to withdraw was over on {date}. {company} looks into it all the same.",
        date=reader.moment(datetime.fromisoformat(until)),
        company=company.title,
    )
