"""what of a membership the preview of its next charge was computed by

Revision ID: 0037
Revises: 0036
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op
from portal_app.kit import columns

revision: str = '0037'
down_revision: str | Sequence[str] | None = '0036'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column('upcoming_charges', sa.Column('basis', columns.json_type(), nullable=False, server_default='{}'))


def downgrade() -> None:
    with op.batch_alter_table('upcoming_charges') as batch_op:
        batch_op.drop_column('basis')
