"""what was cancelled, when, by whom and why

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0015'
down_revision: str | Sequence[str] | None = '0014'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('cancellations',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('membership_id', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.String(length=64), nullable=False),
    sa.Column('intent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('ends_at', columns.UtcDateTime(), nullable=True),
    sa.Column('confirmed_at', columns.UtcDateTime(), nullable=True),
    sa.Column('undone_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_cancellations_member_id_members')),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_cancellations_membership_id_memberships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cancellations')),
    sa.UniqueConstraint('intent_id', name=op.f('uq_cancellations_intent_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_cancellations_reference'))
    )
    with op.batch_alter_table('cancellations') as batch_op:
        batch_op.create_index(batch_op.f('ix_cancellations_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_cancellations_newest', ['membership_id', 'asked_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('cancellations')
