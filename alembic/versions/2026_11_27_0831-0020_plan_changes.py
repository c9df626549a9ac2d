"""changes of plan that somebody asked for, and what became of each

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0020'
down_revision: str | Sequence[str] | None = '0019'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('plan_changes',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('membership_id', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.String(length=64), nullable=False),
    sa.Column('intent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('timing', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('from_plan_id', sa.String(length=64), nullable=False),
    sa.Column('from_quantity', sa.Integer(), nullable=False),
    sa.Column('to_plan_id', sa.String(length=64), nullable=False),
    sa.Column('to_quantity', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('stripe_invoice_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('effective_at', columns.UtcDateTime(), nullable=False),
    sa.Column('happened_at', columns.UtcDateTime(), nullable=True),
    sa.Column('dropped_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['from_plan_id'], ['plans.id'], name=op.f('fk_plan_changes_from_plan_id_plans')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_plan_changes_member_id_members')),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_plan_changes_membership_id_memberships')),
    sa.ForeignKeyConstraint(['to_plan_id'], ['plans.id'], name=op.f('fk_plan_changes_to_plan_id_plans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_changes')),
    sa.UniqueConstraint('intent_id', name=op.f('uq_plan_changes_intent_id'))
    )
    with op.batch_alter_table('plan_changes') as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_changes_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_plan_changes_newest', ['membership_id', 'asked_at', 'id'], unique=False)
        batch_op.create_index('uq_plan_changes_one_pending', ['membership_id'], unique=True, sqlite_where=sa.text('happened_at IS NULL AND dropped_at IS NULL'), postgresql_where=sa.text('happened_at IS NULL AND dropped_at IS NULL'))


def downgrade() -> None:
    op.drop_table('plan_changes')
