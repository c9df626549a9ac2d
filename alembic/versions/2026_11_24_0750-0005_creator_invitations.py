"""a creator may be named by an address that nobody has proved yet

Until its owner signs in, the row has an address and no person.

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("creators") as batch_op:
        batch_op.add_column(sa.Column("email_key", sqlmodel.sql.sqltypes.AutoString()))
        batch_op.alter_column("person_id", existing_type=sa.String(length=64), nullable=True)
        batch_op.create_index(batch_op.f("ix_creators_email_key"), ["email_key"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_creators_company_id_email_key"), ["company_id", "email_key"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_creators_person_or_email"), "(person_id IS NULL) <> (email_key IS NULL)"
        )


def downgrade() -> None:
    # Places that nobody has taken can't be told in the old form.
    op.execute("DELETE FROM creators WHERE person_id IS NULL")
    with op.batch_alter_table("creators") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_creators_person_or_email"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_creators_company_id_email_key"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_creators_email_key"))
        batch_op.alter_column("person_id", existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_column("email_key")
