"""what billing documents and lists need of invoices and payments, and totals by year

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op
from portal_app.kit import columns

revision: str = '0013'
down_revision: str | Sequence[str] | None = '0012'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
UNPAID = sa.text("status NOT IN ('paid', 'draft')")
ALONE = sa.text('invoice_id IS NULL')
REFUNDED = sa.text('refunded_minor > 0')


def upgrade() -> None:
    _add_columns()
    _fill()
    _index()
    op.create_table('billing_totals',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('customer_id', sa.String(length=64), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('paid_minor', sa.BigInteger(), nullable=False),
    sa.Column('refunded_minor', sa.BigInteger(), nullable=False),
    sa.Column('open_minor', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_billing_totals_customer_id_customers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_billing_totals')),
    sa.UniqueConstraint('customer_id', 'currency', 'year', name=op.f('uq_billing_totals_customer_id_currency_year'))
    )
    op.execute(TOTALS)


def _add_columns() -> None:
    with op.batch_alter_table('invoices') as batch_op:
        batch_op.add_column(sa.Column('company_id', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('balance_applied_minor', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('credited_minor', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('snapshot', JSON, nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('issued_at', columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('billed_year', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_foreign_key(batch_op.f('fk_invoices_company_id_companies'), 'companies', ['company_id'], ['id'])
    with op.batch_alter_table('invoice_lines') as batch_op:
        for name in ('discount_minor', 'tax_minor'):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default='0'))
    with op.batch_alter_table('payments') as batch_op:
        batch_op.add_column(sa.Column('company_id', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('billed_year', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_foreign_key(batch_op.f('fk_payments_company_id_companies'), 'companies', ['company_id'], ['id'])


def _fill() -> None:
    """What the rows tell; the rest comes with the next reconciliation of each invoice."""
    postgres = op.get_bind().dialect.name == 'postgresql'

    def year(column: str) -> str:
        return f"EXTRACT(YEAR FROM {column} AT TIME ZONE 'UTC')" if postgres else f"CAST(strftime('%Y', {column}) AS INTEGER)"

    op.execute('UPDATE invoices SET issued_at = COALESCE(finalized_at, created_at)')
    op.execute(f'UPDATE invoices SET billed_year = {year("issued_at")}')
    op.execute('UPDATE invoices SET balance_applied_minor = amount_due_minor - total_minor')
    op.execute(COMPANY_OF_INVOICE)
    op.execute(
        'UPDATE payments SET company_id = (SELECT i.company_id FROM invoices i WHERE i.id = payments.invoice_id),'
        f' billed_year = COALESCE((SELECT i.billed_year FROM invoices i WHERE i.id = payments.invoice_id), {year("created_at")})'
    )
    op.execute(
        'UPDATE payments SET company_id = (SELECT MIN(m.company_id) FROM memberships m'
        ' WHERE m.stripe_payment_intent_id = payments.stripe_payment_intent_id) WHERE company_id IS NULL'
    )


# The company of the first line whose price is known.
COMPANY_OF_INVOICE = """
UPDATE invoices SET company_id = (
    SELECT p.company_id FROM invoice_lines l
    JOIN plans ON plans.stripe_price_id = l.stripe_price_id
    JOIN products p ON p.id = plans.product_id
    WHERE l.invoice_id = invoices.id ORDER BY l.position LIMIT 1)
"""
# As `invoices/projection/totals.py` counts.
TOTALS = """
INSERT INTO billing_totals (id, customer_id, currency, year, entries, paid_minor, refunded_minor, open_minor)
SELECT 'btot_' || customer_id || '_' || currency || '_' || year, customer_id, currency, year,
       SUM(entries), SUM(paid), SUM(refunded), SUM(unpaid)
FROM (
    SELECT customer_id, currency, billed_year AS year, 1 AS entries, amount_paid_minor AS paid, 0 AS refunded,
           CASE WHEN status = 'open' THEN amount_remaining_minor ELSE 0 END AS unpaid
    FROM invoices WHERE status <> 'draft'
    UNION ALL
    SELECT customer_id, currency, billed_year, 0, 0, refunded_minor, 0 FROM payments
    UNION ALL
    SELECT customer_id, currency, billed_year, 1, CASE WHEN status = 'succeeded' THEN amount_minor ELSE 0 END, 0, 0
    FROM payments WHERE invoice_id IS NULL AND stripe_charge_id IS NOT NULL AND status <> 'canceled'
) AS shares GROUP BY customer_id, currency, year
HAVING SUM(entries) > 0
"""


def _index() -> None:
    with op.batch_alter_table('invoices') as batch_op:
        batch_op.alter_column('issued_at', nullable=False)
        for name in ('balance_applied_minor', 'credited_minor', 'snapshot', 'billed_year'):
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_index('ix_invoices_customer_newest')
        batch_op.drop_index('ix_invoices_subscription_newest')
        batch_op.create_index('ix_invoices_customer_newest', ['customer_id', 'issued_at', 'id'], unique=False)
        batch_op.create_index('ix_invoices_subscription_newest', ['stripe_subscription_id', 'issued_at', 'id'], unique=False)
        batch_op.create_index('ix_invoices_company_newest', ['company_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_invoices_customer_number', ['customer_id', 'number'], unique=False)
        batch_op.create_index('ix_invoices_customer_unpaid', ['customer_id', 'status', 'issued_at', 'id'], unique=False, sqlite_where=UNPAID, postgresql_where=UNPAID)
    with op.batch_alter_table('invoice_lines') as batch_op:
        for name in ('discount_minor', 'tax_minor'):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table('payments') as batch_op:
        batch_op.alter_column('billed_year', server_default=None)
        batch_op.create_index('ix_payments_company_newest', ['company_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_payments_customer_alone', ['customer_id', 'created_at', 'id'], unique=False, sqlite_where=ALONE, postgresql_where=ALONE)
        batch_op.create_index('ix_payments_customer_refunded', ['customer_id', 'created_at', 'id'], unique=False, sqlite_where=REFUNDED, postgresql_where=REFUNDED)


def downgrade() -> None:
    op.drop_table('billing_totals')
    with op.batch_alter_table('payments') as batch_op:
        for name in ('company_newest', 'customer_alone', 'customer_refunded'):
            batch_op.drop_index(f'ix_payments_{name}')
        batch_op.drop_constraint('fk_payments_company_id_companies', type_='foreignkey')
        batch_op.drop_column('billed_year')
        batch_op.drop_column('company_id')
    with op.batch_alter_table('invoice_lines') as batch_op:
        batch_op.drop_column('tax_minor')
        batch_op.drop_column('discount_minor')
    with op.batch_alter_table('invoices') as batch_op:
        for name in ('customer_newest', 'subscription_newest', 'company_newest', 'customer_number', 'customer_unpaid'):
            batch_op.drop_index(f'ix_invoices_{name}')
        batch_op.create_index('ix_invoices_customer_newest', ['customer_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_invoices_subscription_newest', ['stripe_subscription_id', 'created_at', 'id'], unique=False)
        batch_op.drop_constraint('fk_invoices_company_id_companies', type_='foreignkey')
        for name in ('billed_year', 'issued_at', 'snapshot', 'credited_minor', 'balance_applied_minor', 'company_id'):
            batch_op.drop_column(name)
