"""accounts elsewhere that sign somebody in, and the ways there and back

Revision ID: 0022
Revises: 0021
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from portal_app.kit import columns

revision: str = '0022'
down_revision: str | Sequence[str] | None = '0021'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table('identities',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('person_id', sa.String(length=64), nullable=False),
    sa.Column('provider', TEXT, nullable=False),
    sa.Column('issuer', TEXT, nullable=False),
    sa.Column('subject', TEXT, nullable=False),
    sa.Column('account', TEXT, nullable=False),
    sa.Column('created_at', columns.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_identities_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identities')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_identities_issuer_subject'))
    )
    with op.batch_alter_table('identities') as batch_op:
        batch_op.create_index(batch_op.f('ix_identities_person_id'), ['person_id'], unique=False)
    op.create_table('oidc_attempts',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('provider', TEXT, nullable=False),
    sa.Column('state_digest', TEXT, nullable=False),
    sa.Column('browser_digest', TEXT, nullable=False),
    sa.Column('nonce', TEXT, nullable=False),
    sa.Column('code_verifier', TEXT, nullable=False),
    sa.Column('step_up_id', TEXT, nullable=False),
    sa.Column('next_path', TEXT, nullable=False),
    sa.Column('locale', TEXT, nullable=False),
    sa.Column('created_at', columns.UtcDateTime(), nullable=False),
    sa.Column('expires_at', columns.UtcDateTime(), nullable=False),
    sa.Column('used_at', columns.UtcDateTime(), nullable=True),
    sa.Column('issuer', TEXT, nullable=False),
    sa.Column('subject', TEXT, nullable=False),
    sa.Column('account', TEXT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oidc_attempts')),
    sa.UniqueConstraint('state_digest', name=op.f('uq_oidc_attempts_state_digest'))
    )
    with op.batch_alter_table('oidc_attempts') as batch_op:
        batch_op.create_index(batch_op.f('ix_oidc_attempts_expires_at'), ['expires_at'], unique=False)
    with op.batch_alter_table('login_codes') as batch_op:
        batch_op.add_column(sa.Column('attempt_id', TEXT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('login_codes') as batch_op:
        batch_op.drop_column('attempt_id')
    op.drop_table('oidc_attempts')
    op.drop_table('identities')
