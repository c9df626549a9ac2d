"""payments without an invoice that failed or are under way, for the filters of the billing history

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = '0018'
down_revision: str | Sequence[str] | None = '0017'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNSETTLED = sa.text("invoice_id IS NULL AND status NOT IN ('succeeded', 'canceled')")


def upgrade() -> None:
    with op.batch_alter_table('payments') as batch_op:
        batch_op.create_index('ix_payments_customer_unsettled', ['customer_id', 'created_at', 'id'], unique=False, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)


def downgrade() -> None:
    with op.batch_alter_table('payments') as batch_op:
        batch_op.drop_index('ix_payments_customer_unsettled')
