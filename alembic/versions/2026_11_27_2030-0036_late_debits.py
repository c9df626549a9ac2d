"""debits that arrive after what they were for was given up

Revision ID: 0036
Revises: 0035
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0036'
down_revision: str | Sequence[str] | None = '0035'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table(
        'late_debits',
        sa.Column('stripe_invoice_id', TEXT, nullable=False),
        sa.Column('membership_id', TEXT, nullable=False),
        sa.Column('noted_at', columns.UtcDateTime(), nullable=False),
        sa.Column('settled_at', columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_late_debits_membership_id_memberships')),
        sa.PrimaryKeyConstraint('stripe_invoice_id', name=op.f('pk_late_debits')),
    )
    op.create_index(op.f('ix_late_debits_membership_id'), 'late_debits', ['membership_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_late_debits_membership_id'), table_name='late_debits')
    op.drop_table('late_debits')
