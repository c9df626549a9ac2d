"""Everything that is kept about a person, as plain values (GDPR Art. 15 and 20).

Each table says whose its rows are: a row may hang on several people, as a transfer does, and what
stands beside one's own in it is not one's own. A test wants every table to be here or in LEFT_OUT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from portal_app.identity.actor import Actor
from portal_app.kit.ids import has_prefix

# Secrets, and what only we need to find or to send a row by.
_NEVER: Final = frozenset({"nonce", "code_verifier", "address_key", "email_key", "recipient_key"})
_OURS: Final = frozenset({"payload", "last_error", "leased_until", "attempts", "due_at"})
# Ids of people and of what is theirs: those of others are left out of what both have a part in.
_OWNED_IDS: Final = ("user", "mber", "cust")
# Of what the person bought or works for, only how it is called.
_TITLED: Final = ("id", "title")
LEFT_OUT: Final = {
    "api_keys": "a company's",
    "brand_images": "a company's",
    "brand_previews": "a company's",
    "brand_versions": "a company's",
    "changes": "says only that something changed, for minutes",
    "drafts": "a company's",
    "idempotent_requests": "answers to programs, for a day",
    "import_cursors": "about no person",
    "inbox": "Stripe's events, whose objects are here",
    "intents": "what became of each is in the history of its membership",
    "notice_switches": "about no person",
    "oidc_attempts": "nobody's until it has signed somebody in",
    "outages": "about no person",
    "portal_configurations": "a company's",
    "preview_failures": "about no person",
    "reconciliations": "about no person",
    "sandbox_mails": "no mail at all: what a sandbox shows instead of sending",
}


@dataclass(frozen=True, slots=True)
class _Own:
    """What is the person's: their holdings, now and before, customers, and proved addresses."""

    person_id: str
    holdings: list[str]
    held: list[str]
    customers: list[str]
    keys: list[str]
    addresses: list[str]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset({self.person_id, *self.holdings, *self.customers})


Rule = Callable[[Table, _Own], ColumnElement[bool]]


def _by(column: str, field: str) -> Rule:
    def condition(table: Table, own: _Own) -> ColumnElement[bool]:
        value = getattr(own, field)
        return table.c[column] == value if isinstance(value, str) else table.c[column].in_(value)

    return condition


def _through(column: str, other: str) -> Rule:
    """What hangs on a row of another table that is theirs."""

    def condition(table: Table, own: _Own) -> ColumnElement[bool]:
        parent = SQLModel.metadata.tables[other]
        rows = select(parent.c.id).where(_RULES[other](parent, own))
        return table.c[column].in_(rows)

    return condition


def _named(column: str, *others: str) -> Rule:
    """What rows of theirs name."""

    def condition(table: Table, own: _Own) -> ColumnElement[bool]:
        naming = [SQLModel.metadata.tables[other] for other in others]
        ids = [select(one.c[column]).where(_RULES[one.name](one, own)) for one in naming]
        return or_(*(table.c.id.in_(named) for named in ids))

    return condition


def _while_held(table: Table, own: _Own) -> ColumnElement[bool]:
    """A membership's history as far as it was theirs."""
    members = SQLModel.metadata.tables["members"]
    within = and_(
        members.c.id.in_(own.holdings),
        members.c.membership_id == table.c.membership_id,
        members.c.from_at <= table.c.happened_at,
        or_(members.c.until_at.is_(None), table.c.happened_at <= members.c.until_at),
    )
    return exists(select(members.c.id).where(within))


def _either_side(table: Table, own: _Own) -> ColumnElement[bool]:
    """What they offered, accepted, or were offered by a mail that went out."""
    told = and_(table.c.recipient_key.in_(own.keys), table.c.offered_at.is_not(None))
    mine = own.person_id
    return or_(table.c.person_id == mine, table.c.recipient_person_id == mine, told)


def _declared(table: Table, own: _Own) -> ColumnElement[bool]:
    return or_(table.c.member_id.in_(own.holdings), table.c.address_key.in_(own.keys))


def _working(table: Table, own: _Own) -> ColumnElement[bool]:
    """Their places in companies, also those that they have not taken up."""
    invited = and_(table.c.person_id.is_(None), table.c.email_key.in_(own.keys))
    return or_(table.c.person_id == own.person_id, invited)


_PERSON: Final = _by("person_id", "person_id")
_CUSTOMER: Final = _by("customer_id", "customers")
_HOLDING: Final = _by("member_id", "holdings")
_RULES: Final[dict[str, Rule]] = {
    "people": _by("id", "person_id"),
    **dict.fromkeys(
        (
            *("customers", "devices", "email_addresses", "identities", "login_sessions", "members"),
            *("method_setups", "notice_preferences", "primary_changes", "receipt_recipients"),
            *("sign_in_removals", "step_ups"),
        ),
        _PERSON,
    ),
    "creators": _working,
    "login_codes": _by("address_key", "keys"),
    "outbox": _by("recipient", "addresses"),
    "notices_sent": _by("recipient", "addresses"),
    "memberships": _by("id", "held"),
    "membership_events": _while_held,
    **dict.fromkeys(("late_debits", "membership_subscriptions"), _by("membership_id", "held")),
    "products": _named("product_id", "memberships"),
    "plans": _named("plan_id", "memberships"),
    "companies": _named("company_id", "memberships", "invoices", "creators"),
    **dict.fromkeys(("cancellations", "pauses", "plan_changes", "retention_offers"), _HOLDING),
    "declarations": _declared,
    "transfers": _either_side,
    **dict.fromkeys(
        (
            *("billing_totals", "invoices", "payments", "payment_methods", "setup_intents"),
            "upcoming_charges",
        ),
        _CUSTOMER,
    ),
    "invoice_lines": _through("invoice_id", "invoices"),
    "refunds": _through("payment_id", "payments"),
    "disputes": _through("payment_id", "payments"),
    "card_notices": _through("payment_method_id", "payment_methods"),
}
_TITLES: Final = frozenset({"products", "plans", "companies"})


async def everything_about(session: AsyncSession, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, of the person's own; no secret, no digest, nobody else's id.

    A membership is its holder's of today (design.md §5), its history and what was declared about it
    whoever's it was at that time, an invoice its payer's.
    """
    own = await _own(session, actor.person_id)
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in _RULES:
            continue
        columns = [table.c[name] for name in _TITLED] if table.name in _TITLES else [*table.c]
        statement = select(*columns).where(_RULES[table.name](table, own)).order_by(columns[0])
        rows = (await session.execute(statement)).mappings()
        found[table.name] = [_plain(row, own.ids) for row in rows]
    _keep_consents_apart(found["transfers"], own.person_id)
    return {str(name): rows for name, rows in found.items() if rows}


async def _own(session: AsyncSession, person_id: str) -> _Own:
    async def column(table: str, name: str, *more: ColumnElement[bool]) -> list[str]:
        of = SQLModel.metadata.tables[table].c
        return list(await session.scalars(select(of[name]).where(of.person_id == person_id, *more)))

    now_held = SQLModel.metadata.tables["members"].c.until_at.is_(None)
    return _Own(
        person_id=person_id,
        holdings=await column("members", "id"),
        held=await column("members", "membership_id", now_held),
        customers=await column("customers", "id"),
        keys=await column("email_addresses", "address_key"),
        addresses=await column("email_addresses", "address"),
    )


def _keep_consents_apart(transfers: list[dict[str, Any]], person_id: str) -> None:
    """What a recipient agreed to is theirs alone."""
    for row in transfers:
        if row["recipient_person_id"] != person_id:
            row["consent"] = None


def _plain(row: Mapping[Any, Any], own: frozenset[str]) -> dict[str, Any]:
    return {str(name): _text(value, own) for name, value in row.items() if not _is_left_out(name)}


def _is_left_out(column: str) -> bool:
    return column in _NEVER | _OURS or column.endswith(("digest", "_secret"))


def _text(value: Any, own: frozenset[str]) -> Any:  # noqa: ANN401 -- whatever a column holds
    if isinstance(value, dict):
        return {str(name): _text(one, own) for name, one in value.items()}
    if isinstance(value, list):
        return [_text(one, own) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    foreign = any(has_prefix(value, prefix) for prefix in _OWNED_IDS) and value not in own
    return None if foreign else value
