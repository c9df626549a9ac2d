"""one first address per person, and the changes of it that can be undone

Revision ID: 0025
Revises: 0024
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0025'
down_revision: str | Sequence[str] | None = '0024'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
PRIMARY = sa.text('is_primary')


def upgrade() -> None:
    op.create_table('primary_changes',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('link_digest', TEXT, nullable=False),
    sa.Column('old_email_id', TEXT, nullable=False),
    sa.Column('new_email_id', TEXT, nullable=False),
    sa.Column('changed_at', columns.UtcDateTime(), nullable=False),
    sa.Column('undone_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_primary_changes_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_primary_changes')),
    sa.UniqueConstraint('link_digest', name=op.f('uq_primary_changes_link_digest'))
    )
    with op.batch_alter_table('primary_changes') as batch_op:
        for name in ('old_email_id', 'person_id'):
            batch_op.create_index(batch_op.f(f'ix_primary_changes_{name}'), [name], unique=False)
    with op.batch_alter_table('email_addresses') as batch_op:
        batch_op.create_index('uq_email_addresses_one_primary', ['person_id'], unique=True, sqlite_where=PRIMARY, postgresql_where=PRIMARY)


def downgrade() -> None:
    with op.batch_alter_table('email_addresses') as batch_op:
        batch_op.drop_index('uq_email_addresses_one_primary')
    op.drop_table('primary_changes')
