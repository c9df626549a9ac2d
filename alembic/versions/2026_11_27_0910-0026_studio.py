"""brands of companies: published versions, their pictures, drafts of creators; who published policies

Revision ID: 0026
Revises: 0025
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op
from portal_app.kit import columns

revision: str = '0026'
down_revision: str | Sequence[str] | None = '0025'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('brand_versions',
        sa.Column('company_id', sa.String(length=64), nullable=False),
        sa.Column('body', columns.json_type(), nullable=False),
        sa.Column('created_at', columns.UtcDateTime(), nullable=False),
        sa.Column('id', sa.String(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('author_id', sa.String(), nullable=False),
        sa.Column('restores', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_brand_versions_company_id_companies')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_brand_versions')),
        sa.UniqueConstraint('company_id', 'version', name=op.f('uq_brand_versions_company_id_version'))
    )
    op.create_index(op.f('ix_brand_versions_company_id'), 'brand_versions', ['company_id'], unique=False)
    op.create_table('brand_images',
        sa.Column('company_id', sa.String(length=64), nullable=False),
        sa.Column('created_at', columns.UtcDateTime(), nullable=False),
        sa.Column('id', sa.String(), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_brand_images_company_id_companies')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_brand_images')),
        sa.UniqueConstraint('company_id', 'name', name=op.f('uq_brand_images_company_id_name'))
    )
    op.create_index(op.f('ix_brand_images_company_id'), 'brand_images', ['company_id'], unique=False)
    op.create_index(op.f('ix_brand_images_name'), 'brand_images', ['name'], unique=False)
    op.create_table('drafts',
        sa.Column('company_id', sa.String(length=64), nullable=False),
        sa.Column('body', columns.json_type(), nullable=False),
        sa.Column('saved_at', columns.UtcDateTime(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('author_id', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_drafts_company_id_companies')),
        sa.PrimaryKeyConstraint('company_id', 'kind', name=op.f('pk_drafts'))
    )
    with op.batch_alter_table('portal_configurations') as batch_op:
        batch_op.add_column(sa.Column('author_id', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('restores', sa.Integer(), nullable=True))
    with op.batch_alter_table('portal_configurations') as batch_op:
        batch_op.alter_column('author_id', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('portal_configurations') as batch_op:
        batch_op.drop_column('restores')
        batch_op.drop_column('author_id')
    op.drop_table('drafts')
    op.drop_table('brand_images')
    op.drop_table('brand_versions')
