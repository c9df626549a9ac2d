"""what somebody has to approve by a code of their own, in one session

Revision ID: 0019
Revises: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from portal_app.kit import columns

revision: str = '0019'
down_revision: str | Sequence[str] | None = '0018'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table('step_ups',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('session_id', TEXT, nullable=False),
    sa.Column('purpose', TEXT, nullable=False),
    sa.Column('digest', TEXT, nullable=False),
    sa.Column('facts', JSON, nullable=False),
    sa.Column('back', TEXT, nullable=False),
    sa.Column('address', TEXT, nullable=False),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('code_number', sa.Integer(), nullable=False),
    sa.Column('code_sent_at', columns.UtcDateTime(), nullable=False),
    sa.Column('wrong_tries', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', columns.UtcDateTime(), nullable=True),
    sa.Column('consumed_at', columns.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_step_ups_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step_ups'))
    )
    with op.batch_alter_table('step_ups') as batch_op:
        for name in ('asked_at', 'person_id', 'session_id'):
            batch_op.create_index(batch_op.f(f'ix_step_ups_{name}'), [name], unique=False)


def downgrade() -> None:
    op.drop_table('step_ups')
