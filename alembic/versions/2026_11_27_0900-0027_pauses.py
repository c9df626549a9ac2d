"""pauses that were asked for, and when a membership will pause by itself

Revision ID: 0027
Revises: 0026
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0027'
down_revision: str | Sequence[str] | None = '0026'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Not by a batch: SQLite's copy of the table can't take its generated column along.
    op.add_column('memberships', sa.Column('flexible_billing', sa.Boolean(), nullable=False, server_default='0'))
    op.add_column('memberships', sa.Column('pauses_at', columns.UtcDateTime(), nullable=True))
    op.create_table('pauses',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('membership_id', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.String(length=64), nullable=False),
    sa.Column('intent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('starts_at', columns.UtcDateTime(), nullable=False),
    sa.Column('resumes_at', columns.UtcDateTime(), nullable=True),
    sa.Column('confirmed_at', columns.UtcDateTime(), nullable=True),
    sa.Column('undone_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_pauses_member_id_members')),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_pauses_membership_id_memberships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pauses')),
    sa.UniqueConstraint('intent_id', name=op.f('uq_pauses_intent_id'))
    )
    with op.batch_alter_table('pauses') as batch_op:
        batch_op.create_index(batch_op.f('ix_pauses_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_pauses_newest', ['membership_id', 'asked_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('pauses')
    op.drop_column('memberships', 'pauses_at')
    op.drop_column('memberships', 'flexible_billing')
