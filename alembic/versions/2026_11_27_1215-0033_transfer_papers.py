"""what a transfer is called, the terms it was agreed to under, and which address signs in no more

Revision ID: 0033
Revises: 0032
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns
from portal_app.kit.ids import new_reference

revision: str = '0033'
down_revision: str | Sequence[str] | None = '0032'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
QUEUE = sa.text("state = 'requested' AND needs_approval")


def upgrade() -> None:
    op.add_column('transfers', sa.Column('reference', TEXT, nullable=True))
    op.add_column('transfers', sa.Column('starts_at', columns.UtcDateTime(), nullable=True))
    op.add_column('transfers', sa.Column('terms_url', TEXT, nullable=False, server_default=''))
    op.add_column('sign_in_removals', sa.Column('address', TEXT, nullable=False, server_default=''))
    transfers = sa.table('transfers', sa.column('id', TEXT), sa.column('reference', TEXT))
    connection = op.get_bind()
    for (identifier,) in connection.execute(sa.select(transfers.c.id)).all():
        named = sa.update(transfers).where(transfers.c.id == identifier)
        connection.execute(named.values(reference=new_reference('T')))
    with op.batch_alter_table('transfers') as batch_op:
        batch_op.alter_column('reference', existing_type=TEXT, nullable=False)
        batch_op.alter_column('terms_url', existing_type=TEXT, server_default=None)
        batch_op.create_unique_constraint(op.f('uq_transfers_reference'), ['reference'])
        batch_op.create_index('ix_transfers_queue', ['company_id', 'asked_at', 'id'], unique=False, sqlite_where=QUEUE, postgresql_where=QUEUE)
    with op.batch_alter_table('sign_in_removals') as batch_op:
        batch_op.alter_column('address', existing_type=TEXT, server_default=None)
        batch_op.create_index(batch_op.f('ix_sign_in_removals_removed_at'), ['removed_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('sign_in_removals') as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_removals_removed_at'))
        batch_op.drop_column('address')
    with op.batch_alter_table('transfers') as batch_op:
        batch_op.drop_index('ix_transfers_queue')
        batch_op.drop_constraint(op.f('uq_transfers_reference'), type_='unique')
        batch_op.drop_column('terms_url')
        batch_op.drop_column('starts_at')
        batch_op.drop_column('reference')
