"""what was offered instead of cancelling, and reasons in a company's own words

Revision ID: 0023
Revises: 0022
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0023'
down_revision: str | Sequence[str] | None = '0022'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('retention_offers',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('membership_id', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('terms', columns.json_type(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('option_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('option_label', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('chosen_at', columns.UtcDateTime(), nullable=False),
    sa.Column('taken_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_retention_offers_member_id_members')),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_retention_offers_membership_id_memberships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_offers'))
    )
    with op.batch_alter_table('retention_offers') as batch_op:
        batch_op.create_index(batch_op.f('ix_retention_offers_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_retention_offers_newest', ['membership_id', 'chosen_at', 'id'], unique=False)
    for column in ('option_id', 'option_label'):
        op.add_column('cancellations', sa.Column(column, sqlmodel.sql.sqltypes.AutoString(), server_default='', nullable=False))


def downgrade() -> None:
    for column in ('option_id', 'option_label'):
        with op.batch_alter_table('cancellations') as batch_op:
            batch_op.drop_column(column)
    op.drop_table('retention_offers')
