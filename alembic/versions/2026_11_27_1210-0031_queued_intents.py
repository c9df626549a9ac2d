"""changes that wait for an open one about the same thing

Revision ID: 0031
Revises: 0030
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = '0031'
down_revision: str | Sequence[str] | None = '0030'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = 'done_at IS NULL AND dead_at IS NULL'


def upgrade() -> None:
    op.add_column('intents', sa.Column('queued', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.drop_index('uq_intents_one_open', table_name='intents')
    _unique('uq_intents_one_open', f'{OPEN} AND NOT queued')
    _unique('uq_intents_one_queued', f'{OPEN} AND queued')


def downgrade() -> None:
    op.drop_index('uq_intents_one_queued', table_name='intents')
    op.drop_index('uq_intents_one_open', table_name='intents')
    # What had not begun is not to begin any more.
    op.execute("UPDATE intents SET dead_at = created_at WHERE queued AND done_at IS NULL")
    with op.batch_alter_table('intents') as batch_op:
        batch_op.drop_column('queued')
    _unique('uq_intents_one_open', OPEN)


def _unique(name: str, where: str) -> None:
    op.create_index(
        name,
        'intents',
        ['about'],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
