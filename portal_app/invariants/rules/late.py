"""What should have moved by now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Table, and_
from sqlmodel import col

from portal_app.declarations.models import Declaration
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent
from portal_app.invariants.rules.held import RUNNING
from portal_app.invariants.rules.rule import SYNC, Condition, Rule
from portal_app.jobs.backlog import LATE
from portal_app.kit.clock import business_now, wall_now
from portal_app.memberships.models import Membership, MembershipSource
from portal_app.notifications.models import OutboxMessage

# A period moves on at its end, paused and unpaid ones too; an event of it may take three days.
PERIOD_LEEWAY: Final = timedelta(days=4)


def _period_over() -> Condition:
    return and_(
        col(Membership.source) == MembershipSource.SUBSCRIPTION,
        col(Membership.stripe_status).in_(RUNNING),
        col(Membership.current_period_end) < business_now() - PERIOD_LEEWAY,
    )


def _late(queue: str, model: Any, done: str) -> Rule:  # noqa: ANN401 -- any table that is a queue
    table: Table = model.__table__

    def waits() -> Condition:
        columns = table.c
        due = columns.due_at < wall_now() - LATE
        return and_(columns[done].is_(None), columns.dead_at.is_(None), due)

    return Rule(
        f"{queue}.in_time",
        f"Nothing waits in the {queue} for more than {LATE.total_seconds() / 60:.0f} minutes.",
        "start `portal worker` or `portal serve`, and read their log",
        model,
        waits,
        is_swept=False,
    )


LATE_ROWS: Final = (
    Rule(
        "memberships.period",
        "The period of what runs is not long over.",
        f"events don't arrive: see `portal doctor` on the webhook; then {SYNC}",
        Membership,
        _period_over,
    ),
    _late("inbox", InboxEvent, "handled_at"),
    _late("outbox", OutboxMessage, "sent_at"),
    _late("intents", Intent, "done_at"),
    _late("declarations", Declaration, "handled_at"),
)
