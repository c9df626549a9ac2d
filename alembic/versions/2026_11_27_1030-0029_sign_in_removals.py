"""when something stopped signing a person in

Revision ID: 0029
Revises: 0028
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0029'
down_revision: str | Sequence[str] | None = '0028'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table('sign_in_removals',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('removed_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sign_in_removals_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_removals'))
    )
    with op.batch_alter_table('sign_in_removals') as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_removals_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('sign_in_removals')
