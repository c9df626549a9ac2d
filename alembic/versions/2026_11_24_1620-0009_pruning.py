"""indexes by which old rows are found to be thrown away

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

from alembic import op

revision: str = '0009'
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index('ix_login_codes_expires_at', 'login_codes', ['expires_at'])
    op.create_index('ix_login_sessions_expires_at', 'login_sessions', ['expires_at'])
    op.create_index('ix_sandbox_mails_created_at', 'sandbox_mails', ['created_at'])


def downgrade() -> None:
    op.drop_index('ix_sandbox_mails_created_at', table_name='sandbox_mails')
    op.drop_index('ix_login_sessions_expires_at', table_name='login_sessions')
    op.drop_index('ix_login_codes_expires_at', table_name='login_codes')
