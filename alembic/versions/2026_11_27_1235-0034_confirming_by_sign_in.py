"""which step-up somebody left to confirm

Revision ID: 0034
Revises: 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision: str = '0034'
down_revision: str | Sequence[str] | None = '0033'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.add_column('oidc_attempts', sa.Column('confirms', TEXT, nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('oidc_attempts') as batch_op:
        batch_op.drop_column('confirms')
