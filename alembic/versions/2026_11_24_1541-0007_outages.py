"""times in which the payment provider did not answer

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0007'
down_revision: str | Sequence[str] | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('outages',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('going_on', sa.Boolean(), nullable=True),
    sa.Column('since', columns.UtcDateTime(), nullable=False),
    sa.Column('noticed_at', columns.UtcDateTime(), nullable=False),
    sa.Column('ended_at', columns.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outages')),
    sa.UniqueConstraint('going_on', name=op.f('uq_outages_going_on'))
    )
    with op.batch_alter_table('outages') as batch_op:
        batch_op.create_index(batch_op.f('ix_outages_noticed_at'), ['noticed_at'], unique=False)


def downgrade() -> None:
    op.drop_table('outages')