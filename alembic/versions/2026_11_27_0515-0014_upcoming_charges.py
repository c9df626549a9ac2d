"""what will be charged next, as the provider previewed it, and previews that failed

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from portal_app.kit import columns

revision: str = '0014'
down_revision: str | Sequence[str] | None = '0013'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('upcoming_charges',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('stripe_subscription_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('customer_id', sa.String(length=64), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('lines', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('subtotal_minor', sa.BigInteger(), nullable=False),
    sa.Column('discount_minor', sa.BigInteger(), nullable=False),
    sa.Column('tax_minor', sa.BigInteger(), nullable=False),
    sa.Column('total_minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_due_minor', sa.BigInteger(), nullable=False),
    sa.Column('charge_at', columns.UtcDateTime(), nullable=False),
    sa.Column('observed_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_upcoming_charges_customer_id_customers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upcoming_charges')),
    sa.UniqueConstraint('stripe_subscription_id', name=op.f('uq_upcoming_charges_stripe_subscription_id'))
    )
    with op.batch_alter_table('upcoming_charges') as batch_op:
        batch_op.create_index(batch_op.f('ix_upcoming_charges_customer_id'), ['customer_id'], unique=False)
    op.create_table('preview_failures',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('stripe_subscription_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('retry_at', columns.UtcDateTime(), nullable=False),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_preview_failures')),
    sa.UniqueConstraint('stripe_subscription_id', name=op.f('uq_preview_failures_stripe_subscription_id'))
    )
    with op.batch_alter_table('preview_failures') as batch_op:
        batch_op.create_index(batch_op.f('ix_preview_failures_retry_at'), ['retry_at'], unique=False)


def downgrade() -> None:
    op.drop_table('preview_failures')
    op.drop_table('upcoming_charges')
