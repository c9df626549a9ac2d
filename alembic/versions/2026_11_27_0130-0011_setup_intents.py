"""setup intents, idempotent requests and methods on file

Revision ID: 0011
Revises: 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0011'
down_revision: str | Sequence[str] | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('idempotent_requests',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('owner', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', columns.UtcDateTime(), nullable=False),
    sa.Column('leased_until', columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotent_requests')),
    sa.UniqueConstraint('owner', 'key', name=op.f('uq_idempotent_requests_owner_key'))
    )
    with op.batch_alter_table('idempotent_requests') as batch_op:
        batch_op.create_index(batch_op.f('ix_idempotent_requests_created_at'), ['created_at'], unique=False)

    op.create_table('setup_intents',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('company_id', sa.String(length=64), nullable=False),
    sa.Column('customer_id', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.String(length=64), nullable=False),
    sa.Column('stripe_setup_intent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('stripe_payment_method_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('status', sa.Enum('processing', 'requires_action', 'succeeded', 'canceled', name='setupstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('challenged', sa.Boolean(), nullable=False),
    sa.Column('action_url', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('return_url', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('failure_code', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('details', columns.json_type(), nullable=False),
    sa.Column('created_at', columns.UtcDateTime(), nullable=False),
    sa.Column('updated_at', columns.UtcDateTime(), nullable=False),
    sa.Column('observed_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_setup_intents_company_id_companies')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_setup_intents_customer_id_customers')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_setup_intents_member_id_members')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_setup_intents')),
    sa.UniqueConstraint('stripe_setup_intent_id', name=op.f('uq_setup_intents_stripe_setup_intent_id'))
    )
    with op.batch_alter_table('setup_intents') as batch_op:
        batch_op.create_index(batch_op.f('ix_setup_intents_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_setup_intents_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_setup_intents_newest', ['company_id', 'created_at', 'id'], unique=False)

    with op.batch_alter_table('payment_methods') as batch_op:
        batch_op.create_index('ix_payment_methods_on_file', ['created_at', 'id'], unique=False, sqlite_where=sa.text('detached_at IS NULL'), postgresql_where=sa.text('detached_at IS NULL'))



def downgrade() -> None:
    with op.batch_alter_table('payment_methods') as batch_op:
        batch_op.drop_index('ix_payment_methods_on_file', sqlite_where=sa.text('detached_at IS NULL'), postgresql_where=sa.text('detached_at IS NULL'))

    with op.batch_alter_table('setup_intents') as batch_op:
        batch_op.drop_index('ix_setup_intents_newest')
        batch_op.drop_index(batch_op.f('ix_setup_intents_member_id'))
        batch_op.drop_index(batch_op.f('ix_setup_intents_customer_id'))

    op.drop_table('setup_intents')
    with op.batch_alter_table('idempotent_requests') as batch_op:
        batch_op.drop_index(batch_op.f('ix_idempotent_requests_created_at'))

    op.drop_table('idempotent_requests')
