"""membership events can only be appended to

A trigger refuses UPDATE and DELETE, so that no code path and no operator's console session can
rewrite a customer's timeline (design.md §5).

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REFUSAL = "membership_events can only be appended to"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER membership_events_no_{verb.lower()} BEFORE {verb} "
                f"ON membership_events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_membership_event_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER membership_events_append_only BEFORE UPDATE OR DELETE ON membership_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_membership_event_change()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER membership_events_no_{verb.lower()}")
        return
    op.execute("DROP TRIGGER membership_events_append_only ON membership_events")
    op.execute("DROP FUNCTION refuse_membership_event_change()")
