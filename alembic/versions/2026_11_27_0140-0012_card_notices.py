"""what cards and accounts are told apart by, adding them, and notices of cards that expire

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from portal_app.kit import columns

revision: str = '0012'
down_revision: str | Sequence[str] | None = '0011'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table('payment_methods') as batch_op:
        for name in ('account', 'country'):
            batch_op.add_column(sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
    with op.batch_alter_table('payment_methods') as batch_op:
        for name in ('account', 'country'):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_index('ix_payment_methods_expiry', ['exp_year', 'exp_month'], unique=False, sqlite_where=sa.text('detached_at IS NULL'), postgresql_where=sa.text('detached_at IS NULL'))
    op.create_table('method_setups',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('customer_id', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('everywhere', sa.Boolean(), nullable=False),
    sa.Column('member_ids', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('opened_at', columns.UtcDateTime(), nullable=False),
    sa.Column('used_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_method_setups_customer_id_customers')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_method_setups_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_method_setups'))
    )
    with op.batch_alter_table('method_setups') as batch_op:
        batch_op.create_index(batch_op.f('ix_method_setups_opened_at'), ['opened_at'], unique=False)
    op.create_table('card_notices',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('payment_method_id', sa.String(length=64), nullable=False),
    sa.Column('membership_id', sa.String(length=64), nullable=False),
    sa.Column('exp_year', sa.Integer(), nullable=False),
    sa.Column('exp_month', sa.Integer(), nullable=False),
    sa.Column('charge_at', columns.UtcDateTime(), nullable=False),
    sa.Column('quiet', sa.Boolean(), nullable=False),
    sa.Column('raised_at', columns.UtcDateTime(), nullable=False),
    sa.Column('resolved_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_card_notices_membership_id_memberships')),
    sa.ForeignKeyConstraint(['payment_method_id'], ['payment_methods.id'], name=op.f('fk_card_notices_payment_method_id_payment_methods')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_notices')),
    sa.UniqueConstraint('payment_method_id', 'exp_year', 'exp_month', 'charge_at', name=op.f('uq_card_notices_payment_method_id_exp_year_exp_month_charge_at'))
    )
    with op.batch_alter_table('card_notices') as batch_op:
        batch_op.create_index('uq_card_notices_one_open', ['payment_method_id'], unique=True, sqlite_where=sa.text('resolved_at IS NULL'), postgresql_where=sa.text('resolved_at IS NULL'))


def downgrade() -> None:
    op.drop_table('card_notices')
    op.drop_table('method_setups')
    with op.batch_alter_table('payment_methods') as batch_op:
        batch_op.drop_index('ix_payment_methods_expiry')
        batch_op.drop_column('country')
        batch_op.drop_column('account')
