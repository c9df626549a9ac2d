"""What the statutory pages are called, and why they are as they are."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.declarations.models import DeclarationKind
from portal_app.declarations.rules.statutes import About, about
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One line of the table of rules."""

    where: str
    says: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """*button* is what a law wants it to be called; *intro* says what happens then, and when."""

    title: str
    intro: tuple[str, ...]
    contract: str
    button: str
    laws: tuple[Law, ...]


def wording_of(reader: Reader, kind: DeclarationKind) -> Wording:
    say = reader.say
    if kind is DeclarationKind.WITHDRAWAL:
        return Wording(
            title=say("Withdraw from contract"),
            intro=(
                say("Within 14 days of buying you can undo a contract, without a reason."),
                say("You get a confirmation by email at once, with date and time."),
            ),
            contract=say("Which contract do you withdraw from?"),
            button=say("Confirm withdrawal"),
            laws=laws(reader, About.WITHDRAWING),
        )
    return Wording(
        title=say("Cancel contract"),
        intro=(
            say("Cancel a contract here without signing in; it ends with the period you paid for."),
            say("You get a confirmation by email at once, with date and time."),
        ),
        contract=say("Which contract do you cancel?"),
        button=say("Cancel now"),
        laws=laws(reader, About.CANCELLING),
    )


def laws(reader: Reader, topic: About) -> tuple[Law, ...]:
    return tuple(
        Law(
            where=reader.say(one.where),
            says=reader.say(one.says),
            source=one.source,
            as_of=reader.day(one.as_of),
        )
        for one in about(topic)
    )
