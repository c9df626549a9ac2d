"""links that show a look before it is published

Revision ID: 0032
Revises: 0031
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0032'
down_revision: str | Sequence[str] | None = '0031'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table('brand_previews',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('company_id', sa.String(length=64), nullable=False),
    sa.Column('digest', TEXT, nullable=False),
    sa.Column('body', columns.json_type(), nullable=False),
    sa.Column('author_id', TEXT, nullable=False),
    sa.Column('created_at', columns.UtcDateTime(), nullable=False),
    sa.Column('expires_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_brand_previews_company_id_companies')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brand_previews')),
    sa.UniqueConstraint('digest', name=op.f('uq_brand_previews_digest'))
    )
    with op.batch_alter_table('brand_previews') as batch_op:
        batch_op.create_index(batch_op.f('ix_brand_previews_company_id'), ['company_id'], unique=False)


def downgrade() -> None:
    op.drop_table('brand_previews')
