"""writes at the payment provider are recorded before they are sent

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0006'
down_revision: str | Sequence[str] | None = '0005'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('intents',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('about', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('actor_kind', sa.Enum('customer', 'creator', 'api_key', 'operator', 'system', name='actorkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('actor_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('payload', columns.json_type(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('created_at', columns.UtcDateTime(), nullable=False),
    sa.Column('due_at', columns.UtcDateTime(), nullable=False),
    sa.Column('leased_until', columns.UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('done_at', columns.UtcDateTime(), nullable=True),
    sa.Column('dead_at', columns.UtcDateTime(), nullable=True),
    sa.Column('outcome', sa.Enum('done', 'refused', 'confirmed', name='intentoutcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('refusal', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intents'))
    )
    with op.batch_alter_table('intents') as batch_op:
        batch_op.create_index('ix_intents_about', ['about', 'created_at'], unique=False)
        batch_op.create_index('ix_intents_due', ['done_at', 'due_at'], unique=False)
        batch_op.create_index('uq_intents_one_open', ['about'], unique=True, sqlite_where=sa.text('done_at IS NULL AND dead_at IS NULL'), postgresql_where=sa.text('done_at IS NULL AND dead_at IS NULL'))


def downgrade() -> None:
    op.drop_table('intents')