"""when our tables were last compared with the provider

Revision ID: 0008
Revises: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0008'
down_revision: str | Sequence[str] | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('reconciliations',
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('cursor_at', columns.UtcDateTime(), nullable=True),
    sa.Column('finished_at', columns.UtcDateTime(), nullable=True),
    sa.Column('leased_until', columns.UtcDateTime(), nullable=True),
    sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_reconciliations'))
    )


def downgrade() -> None:
    op.drop_table('reconciliations')
