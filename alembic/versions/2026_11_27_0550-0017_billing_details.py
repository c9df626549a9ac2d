"""what invoices are addressed to, and addresses that get somebody's receipts too

Revision ID: 0017
Revises: 0016
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from portal_app.kit import columns

revision: str = '0017'
down_revision: str | Sequence[str] | None = '0016'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
# What stands in rows until the next `portal sync` or comparison reads their customers again.
ADDED = {'business_name': '', 'individual_name': '', 'address': '{}', 'tax_ids': '[]'}
OPEN = sa.text('stopped_at IS NULL')


def upgrade() -> None:
    with op.batch_alter_table('customers') as batch_op:
        for name, empty in ADDED.items():
            kind = JSON if empty else sqlmodel.sql.sqltypes.AutoString()
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=empty))
    with op.batch_alter_table('customers') as batch_op:
        for name in ADDED:
            batch_op.alter_column(name, server_default=None)
    op.create_table('receipt_recipients',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('address_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('locale', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('link_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('verified_at', columns.UtcDateTime(), nullable=True),
    sa.Column('stopped_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_receipt_recipients_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_recipients')),
    sa.UniqueConstraint('link_digest', name=op.f('uq_receipt_recipients_link_digest'))
    )
    with op.batch_alter_table('receipt_recipients') as batch_op:
        batch_op.create_index(batch_op.f('ix_receipt_recipients_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_receipt_recipients_one_open', ['person_id', 'address_key'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table('receipt_recipients')
    with op.batch_alter_table('customers') as batch_op:
        for name in reversed(ADDED):
            batch_op.drop_column(name)
