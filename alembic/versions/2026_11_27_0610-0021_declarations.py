"""cancellations and withdrawals that were declared without signing in

Revision ID: 0021
Revises: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0021'
down_revision: str | Sequence[str] | None = '0020'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('declarations',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('form_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sa.Enum('cancellation', 'withdrawal', name='declarationkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('company_id', sa.String(length=64), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('address_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('contract', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('extraordinary', sa.Boolean(), nullable=False),
    sa.Column('grounds', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('wished_on', sa.Date(), nullable=True),
    sa.Column('locale', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('undo_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('due_at', columns.UtcDateTime(), nullable=False),
    sa.Column('leased_until', columns.UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('handled_at', columns.UtcDateTime(), nullable=True),
    sa.Column('dead_at', columns.UtcDateTime(), nullable=True),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('finding', sa.Enum('scheduled', 'in_time', 'too_late', 'none', 'several', 'nothing_renews', 'ends_already', 'no_period', 'later_date', 'taken_back', 'refused', name='finding', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('membership_id', sa.String(length=64), nullable=True),
    sa.Column('member_id', sa.String(length=64), nullable=True),
    sa.Column('told_address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('takes_effect_at', columns.UtcDateTime(), nullable=True),
    sa.Column('refund', columns.json_type(), nullable=False),
    sa.Column('undone_at', columns.UtcDateTime(), nullable=True),
    sa.Column('resolved_at', columns.UtcDateTime(), nullable=True),
    sa.Column('resolution', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_declarations_company_id_companies')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_declarations_member_id_members')),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_declarations_membership_id_memberships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declarations')),
    sa.UniqueConstraint('form_key', name=op.f('uq_declarations_form_key')),
    sa.UniqueConstraint('reference', name=op.f('uq_declarations_reference')),
    sa.UniqueConstraint('undo_digest', name=op.f('uq_declarations_undo_digest'))
    )
    with op.batch_alter_table('declarations') as batch_op:
        batch_op.create_index('ix_declarations_due', ['handled_at', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_declarations_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_declarations_membership', ['membership_id', 'asked_at'], unique=False)
        batch_op.create_index('ix_declarations_open', ['company_id', 'asked_at', 'id'], unique=False, sqlite_where=sa.text('resolved_at IS NULL'), postgresql_where=sa.text('resolved_at IS NULL'))


def downgrade() -> None:
    with op.batch_alter_table('declarations') as batch_op:
        batch_op.drop_index('ix_declarations_open', sqlite_where=sa.text('resolved_at IS NULL'), postgresql_where=sa.text('resolved_at IS NULL'))
        batch_op.drop_index('ix_declarations_membership')
        batch_op.drop_index(batch_op.f('ix_declarations_member_id'))
        batch_op.drop_index('ix_declarations_due')

    op.drop_table('declarations')
