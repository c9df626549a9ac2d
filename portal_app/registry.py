"""Imports every domain's tables, so that Alembic and tests see one complete metadata."""

from portal_app.api import models as api
from portal_app.branding import models as branding
from portal_app.catalog import models as catalog
from portal_app.customers import models as customers
from portal_app.declarations import models as declarations
from portal_app.identity import models as identity
from portal_app.ingest import models as ingest
from portal_app.intents import models as intents
from portal_app.invoices import models as invoices
from portal_app.invoices.recipients import models as receipt_recipients
from portal_app.invoices.upcoming import models as upcoming
from portal_app.memberships import late_models, plan_models
from portal_app.memberships import models as memberships
from portal_app.notifications import models as notifications
from portal_app.payment_methods import models as payment_methods
from portal_app.transfers import models as transfers

__all__ = [
    "api",
    "branding",
    "catalog",
    "customers",
    "declarations",
    "identity",
    "ingest",
    "intents",
    "invoices",
    "late_models",
    "memberships",
    "notifications",
    "payment_methods",
    "plan_models",
    "receipt_recipients",
    "transfers",
    "upcoming",
]
