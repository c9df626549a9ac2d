"""Every page and state that is looked at, and the routes that are no pages."""

from __future__ import annotations

from typing import Final

from tests.e2e.gallery import billing, logos, memberships, open_pages, queues, studio, trouble
from tests.e2e.gallery.scene import Scene

# First what shows everybody's memberships: some of the others' people come only with their scene.
SCENES: Final[tuple[Scene, ...]] = (
    *queues.EMPTY,
    *studio.SCENES,
    *open_pages.SCENES,
    *billing.SCENES,
    *memberships.SCENES,
    *trouble.GERMAN,
    *trouble.LONG,
    *queues.SCENES,
    *trouble.WAITING,
    *trouble.AWAY,
    *studio.CROWD,
    *logos.SCENES,
)
# Where nothing is to be looked at: files, data, other addresses of a page, what machines read.
NO_PAGES: Final = {
    "/i18n.js": "a script",
    "/login": "leads to the page with the slash",
    "/cancel": "leads to the page with the slash",
    "/withdraw": "leads to the page with the slash",
    "/@me/settings/orders": "leads to the orders",
    "/@me/settings/orders/": "leads to the orders",
    "/@me/settings/memberships/inactive": "leads to the orders",
    "/@me/settings/memberships/inactive/": "leads to the orders",
    "/auth/oidc/{name}": "leads to the issuer",
    "/auth/oidc/{name}/callback": "leads back into the portal",
    "/account/sign-in/{name}/": "leads to the issuer",
    "/account/confirm/{step_up_id}/with/{name}/": "leads to the issuer",
    "/auth/session": "data",
    "/account/export.json": "a file",
    "/brand/{company_id}.css": "a stylesheet",
    "/brand/images/{name}.png": "a picture",
    "/brand/theme.schema.json": "a file",
    "/brand/portal.schema.json": "a file",
    "/studio/portal/portal.json": "a file",
    "/studio/brand/theme.json": "a file",
    "/invoices/{invoice_id}/stripe.pdf": "leads to Stripe's file",
    "/invoices/{document_id}.pdf": "a file",
    "/receipts/{document_id}.pdf": "a file",
    "/confirmations/{document_id}.pdf": "a file",
    "/billing/export.csv": "a file",
    "/studio/preview/{paper}": "a sample of a mail or a paper, which have records of their own",
    "/preview/{token}/{paper}": "a sample of a mail or a paper, which have records of their own",
    "/livez": "data",
    "/readyz": "data",
    "/sandbox/mail.json": "data",
    "/sandbox/mail/{mail_id}.html": "a mail, which has records of its own",
}
