"""memberships that are offered to somebody else

Revision ID: 0024
Revises: 0023
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0024'
down_revision: str | Sequence[str] | None = '0023'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = sa.text("state IN ('requested', 'offered', 'opened', 'accepted')")


def upgrade() -> None:
    op.create_table('transfers',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('membership_id', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.String(length=64), nullable=False),
    sa.Column('company_id', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=True),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sa.Enum('requested', 'offered', 'opened', 'accepted', 'completed', 'declined', 'withdrawn', 'expired', 'refused', 'failed', name='transferstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recipient_address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('recipient_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('locale', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('token_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('stop_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('terms', columns.json_type(), nullable=False),
    sa.Column('needs_approval', sa.Boolean(), nullable=False),
    sa.Column('held_until', columns.UtcDateTime(), nullable=True),
    sa.Column('asked_at', columns.UtcDateTime(), nullable=False),
    sa.Column('offered_at', columns.UtcDateTime(), nullable=True),
    sa.Column('expires_at', columns.UtcDateTime(), nullable=False),
    sa.Column('opened_at', columns.UtcDateTime(), nullable=True),
    sa.Column('accepted_at', columns.UtcDateTime(), nullable=True),
    sa.Column('ended_at', columns.UtcDateTime(), nullable=True),
    sa.Column('recipient_person_id', sa.String(length=64), nullable=True),
    sa.Column('to_member_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('consent', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_transfers_company_id_companies')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_transfers_member_id_members')),
    sa.ForeignKeyConstraint(['membership_id'], ['memberships.id'], name=op.f('fk_transfers_membership_id_memberships')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_transfers_person_id_people')),
    sa.ForeignKeyConstraint(['recipient_person_id'], ['people.id'], name=op.f('fk_transfers_recipient_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('stop_digest', name=op.f('uq_transfers_stop_digest')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_transfers_token_digest'))
    )
    with op.batch_alter_table('transfers') as batch_op:
        batch_op.create_index(batch_op.f('ix_transfers_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_transfers_newest', ['membership_id', 'asked_at', 'id'], unique=False)
        batch_op.create_index('ix_transfers_waiting', ['state', 'expires_at'], unique=False)
        batch_op.create_index('uq_transfers_one_open', ['membership_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)



def downgrade() -> None:
    op.drop_table('transfers')
