"""notices: which kinds are sent, what was told to whom, and what people want

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0016'
down_revision: str | Sequence[str] | None = '0015'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('notice_switches',
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('since', columns.UtcDateTime(), nullable=False),
    sa.Column('seen_until', columns.UtcDateTime(), nullable=False),
    sa.Column('changed_at', columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_notice_switches'))
    )
    op.create_table('notices_sent',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('recipient', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('quiet', sa.Boolean(), nullable=False),
    sa.Column('sent_at', columns.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices_sent')),
    sa.UniqueConstraint('kind', 'subject_id', 'recipient', name=op.f('uq_notices_sent_kind_subject_id_recipient'))
    )
    with op.batch_alter_table('notices_sent') as batch_op:
        batch_op.create_index(batch_op.f('ix_notices_sent_sent_at'), ['sent_at'], unique=False)
    op.create_table('notice_preferences',
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('wanted', sa.Boolean(), nullable=False),
    sa.Column('changed_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_notice_preferences_person_id_people')),
    sa.PrimaryKeyConstraint('person_id', 'kind', name=op.f('pk_notice_preferences'))
    )


def downgrade() -> None:
    op.drop_table('notice_preferences')
    with op.batch_alter_table('notices_sent') as batch_op:
        batch_op.drop_index(batch_op.f('ix_notices_sent_sent_at'))
    op.drop_table('notices_sent')
    op.drop_table('notice_switches')
