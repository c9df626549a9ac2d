"""the browsers that a person has signed in with

Revision ID: 0035
Revises: 0034
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0035'
down_revision: str | Sequence[str] | None = '0034'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table('devices',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('token_digest', TEXT, nullable=False),
    sa.Column('user_agent', TEXT, nullable=False),
    sa.Column('first_seen_at', columns.UtcDateTime(), nullable=False),
    sa.Column('last_seen_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_devices_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_devices')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_devices_token_digest'))
    )
    with op.batch_alter_table('devices') as batch_op:
        batch_op.create_index(batch_op.f('ix_devices_last_seen_at'), ['last_seen_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_devices_person_id'), ['person_id'], unique=False)
    op.add_column('login_sessions', sa.Column('device_id', TEXT, nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('login_sessions') as batch_op:
        batch_op.drop_column('device_id')
    op.drop_table('devices')
