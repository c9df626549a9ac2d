"""Mails about declarations: to whoever typed one, to the address on file, and to who sells.

The first repeats what was typed and says nothing of whether we know the address. What strangers
typed can't be made a link of: the address that it goes to is typed by them, too.

The acknowledgement says times as its document does, in UTC; the others in their reader's zone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from portal_app.catalog.support_policy import SupportPolicy
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.form import unlinked
from portal_app.declarations.rules.links import can_be_undone, undo_token_of
from portal_app.declarations.service.confirming import ReadDeclaration, read_declaration
from portal_app.declarations.views.documents import (
    by_itself,
    declared_document,
    next_steps,
    settled_document,
    too_late,
)
from portal_app.declarations.views.findings import failed_text, found_text
from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.paper import named
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.notifications.addressee import reader_of
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.notices.letter import Letter
from portal_app.notifications.rendering import (
    Attachment,
    Mail,
    NothingToSend,
    letterhead_of,
    render,
)
from portal_app.settings import get_settings
from portal_app.ui.reader import Reader


async def declaration_received(message: OutboxMessage) -> Mail:
    """The acknowledgement that a law asks for, at once, with content, date and time."""
    found, reader = await _read(message), Reader(message.locale)
    row = found.declaration
    document = declared_document(reader, found)
    letter = Letter(
        subject=_arrived(reader, row, found.company.title),
        heading=_arrived(reader, row, found.company.title),
        paragraphs=(
            *next_steps(reader, row, found.company),
            reader.say("If you didn't send this, you don't have to do anything."),
        ),
        facts=_facts(document, row, reader),
    )
    return await _mail(message, found, letter, document, found.company_support)


async def declaration_on_file(message: OutboxMessage) -> Mail:
    """To whoever holds the membership: when it ends, and the way back if it was not them.

    Raises NothingToSend when it was taken back or refused in the meantime.
    """
    found, reader = await _read(message), await reader_of(message)
    row = found.declaration
    if not can_be_undone(row, wall_now()):
        raise NothingToSend
    if row.finding is Finding.SCHEDULED:
        letter = _ends(reader, found)
    elif row.finding in {Finding.IN_TIME, Finding.TOO_LATE}:
        letter = _withdrawn(reader, found)
    else:
        raise NothingToSend
    return await _with_record(message, found, reader, letter)


async def declaration_failed(message: OutboxMessage) -> Mail:
    """To whom it was told that it would be done. NothingToSend when it was done since."""
    found, reader = await _read(message), await reader_of(message)
    row = found.declaration
    if row.finding is not Finding.REFUSED or row.undone_at is not None:
        raise NothingToSend
    title = reader.say("Not done yet: {reference}", reference=row.reference)
    letter = Letter(
        subject=title,
        heading=title,
        paragraphs=(failed_text(reader, row, found.membership, found.company.title),),
    )
    return await _with_record(message, found, reader, letter)


async def declaration_for_seller(message: OutboxMessage) -> Mail:
    """To the owners of the company: what no rule could decide. NothingToSend when it is decided."""
    found, reader = await _read(message), await reader_of(message)
    row = found.declaration
    if row.resolved_at is not None or row.finding is None:
        raise NothingToSend
    title = reader.say("Needs you: {reference}", reference=row.reference)
    document = declared_document(reader, found)
    facts = [
        *_facts(document, row, reader),
        (reader.say("Declared by"), f"{unlinked(row.name)}, {row.address}"),
    ]
    letter = Letter(
        subject=title,
        heading=title,
        paragraphs=(
            found_text(reader, row, found.membership),
            reader.say("Answer the customer, and say what became of it: portal declarations."),
        ),
        facts=tuple(facts),
    )
    return await _mail(message, found, letter, None, None)


async def _with_record(
    message: OutboxMessage, found: ReadDeclaration, reader: Reader, letter: Letter
) -> Mail:
    """*letter* with what is on record: as its reader's clock says it, and attached as it is."""
    words, paper = (settled_document(one, found) for one in (reader, Reader(message.locale)))
    facts = _facts(words, found.declaration, reader)
    return await _mail(message, found, replace(letter, facts=facts), paper, found.support)


def _ends(reader: Reader, found: ReadDeclaration) -> Letter:
    row, ends = found.declaration, found.declaration.takes_effect_at
    date = reader.date(ends) if ends else ""
    title = reader.say("{product} ends on {date}", product=found.membership, date=date)
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            reader.say("It was cancelled on our page for cancelling without sign-in."),
            reader.say("You keep access until then, and nothing more is charged."),
            reader.say("Was it not you, or should it go on? One press takes it back."),
        ),
        action=(reader.say("Keep my membership"), _undo_url(row)),
    )


def _withdrawn(reader: Reader, found: ReadDeclaration) -> Letter:
    row, company = found.declaration, found.company
    title = reader.say("Withdrawal from {product}", product=found.membership)
    decides = reader.say(
        "{company} decides about it. Until then your membership goes on, and nothing has been given"
        " back yet.",
        company=company.title,
    )
    if at := row.refund.get("automatic_at"):
        decides = by_itself(reader, datetime.fromisoformat(at))
    late = too_late(reader, row, company) if row.finding is Finding.TOO_LATE else ""
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            reader.say("Somebody declared it on our page for withdrawing without sign-in."),
            late or decides,
            reader.say("Was it not you? Then take it back."),
        ),
        action=(reader.say("That wasn't me"), _undo_url(row)),
    )


def _undo_url(row: Declaration) -> str:
    return f"{get_settings().origin}/cancel/undo/{undo_token_of(row.id)}/"


def _arrived(reader: Reader, row: Declaration, company: str) -> str:
    if row.kind is DeclarationKind.WITHDRAWAL:
        return reader.say("Your withdrawal to {company} has arrived", company=company)
    return reader.say("Your cancellation to {company} has arrived", company=company)


def _facts(document: Document, row: Declaration, reader: Reader) -> tuple[tuple[str, str], ...]:
    """As on the document; what was typed can't be pressed."""
    facts = [(fact.label, unlinked(fact.value)) for fact in document.facts]
    facts += [(figure.label, figure.amount) for figure in document.figures]
    return ((reader.say("Name"), unlinked(row.name)), *facts)


async def _read(message: OutboxMessage) -> ReadDeclaration:
    async with database().reading() as session:
        found = await read_declaration(session, message.payload["declaration_id"], None)
    if found is None:
        raise NothingToSend
    return found


async def _mail(
    message: OutboxMessage,
    found: ReadDeclaration,
    letter: Letter,
    document: Document | None,
    support: SupportPolicy | None,
) -> Mail:
    attached = tuple([await _attached(document)] if document else [])
    tidied = replace(
        letter,
        subject=_one_line(letter.subject),
        heading=_one_line(letter.heading),
        facts=tuple(_tidied(letter.facts)),
    )
    return render(
        "declaration",
        message.locale,
        subject=tidied.subject,
        head=letterhead_of(found.company.id, _one_line(found.company.title), support),
        letter=tidied,
        attachments=attached,
    )


def _tidied(facts: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    return ((label, _one_line(value)) for label, value in facts if value)


def _one_line(text: str) -> str:
    """What somebody typed starts no line of ours."""
    return " ".join(text.split())


async def _attached(document: Document) -> Attachment:
    content = await asyncio.to_thread(render_pdf, document, named(None))
    return Attachment(document.filename, content)
