"""A membership as its company sees it: what it is, not what its customer pays with."""

from __future__ import annotations

from datetime import datetime

from portal_app.catalog.configuration import Configuration
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import StripeFacts, grants_access, is_current, status_of
from portal_app.memberships.service.reading import HeldMembership


def seen_by_company(row: HoldingRow, configuration: Configuration, now: datetime) -> HeldMembership:
    """*row* with what `rules` decide about it; without invoices, tries and payment methods."""
    facts = StripeFacts.of(row.membership)
    return HeldMembership(
        row=row,
        facts=facts,
        status=status_of(facts),
        configuration=configuration,
        has_access=grants_access(facts, configuration.access, now),
        current=is_current(facts, now),
        unpaid=None,
        last_attempt=None,
        as_of=now,
    )
