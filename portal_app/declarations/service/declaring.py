"""Taking a declaration: it is stored and acknowledged at once, and nobody is looked up.

What is done here does not depend on whether the address is somebody's, so that neither the answer
nor the time it takes tells a stranger who is a customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError

from portal_app.catalog.models import Company
from portal_app.declarations import repository
from portal_app.declarations.limits import may_mail
from portal_app.declarations.models import Declaration, DeclarationKind
from portal_app.declarations.rules.form import Declared
from portal_app.declarations.rules.links import undo_token_of
from portal_app.identity.codes import keyed
from portal_app.identity.models import email_key
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.ids import new_id, new_reference
from portal_app.notifications.outbox import append_mail

# What a mail to the address that was typed is called.
RECEIVED: Final = "declaration_received"
_LETTER: Final = {DeclarationKind.CANCELLATION: "C", DeclarationKind.WITHDRAWAL: "W"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How it came: *address* is one of `checked_address`, *form_key* the form's own."""

    address: str
    form_key: str
    locale: str


async def declare(
    db: Database, company: Company, kind: DeclarationKind, declared: Declared, sent: Sent
) -> Declaration:
    """Write it down, with the mail that acknowledges it; sending one form twice is once."""
    row = _row(company, kind, declared, sent)
    mailed = await may_mail(row.address_key)
    try:
        async with db.unit_of_work() as session:
            session.add(row)
            if mailed:
                append_mail(
                    session,
                    kind=RECEIVED,
                    recipient=sent.address,
                    locale=sent.locale,
                    payload={"declaration_id": row.id},
                )
    except IntegrityError:
        async with db.reading() as session:
            before = await repository.sent_with(session, row.form_key)
        if before is None:
            raise
        return before
    return row


def _row(company: Company, kind: DeclarationKind, declared: Declared, sent: Sent) -> Declaration:
    identifier = new_id("decl")
    return Declaration(
        id=identifier,
        reference=new_reference(_LETTER[kind]),
        form_key=keyed(sent.form_key),
        kind=kind,
        company_id=company.id,
        name=declared.name,
        address=sent.address,
        address_key=email_key(sent.address),
        contract=declared.contract,
        extraordinary=declared.extraordinary,
        grounds=declared.grounds,
        wished_on=declared.wished_on,
        locale=sent.locale,
        asked_at=business_now(),
        undo_digest=keyed(undo_token_of(identifier)),
        due_at=wall_now(),
    )
