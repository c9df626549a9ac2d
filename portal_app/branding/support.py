"""Whom customers ask for help: the one place that says so, for pages, mails and documents."""

from __future__ import annotations

from portal_app.branding.brand import Brand
from portal_app.branding.published import brand_of
from portal_app.catalog.support_policy import SupportPolicy


def support_of(brand: Brand | None, policy: SupportPolicy) -> str:
    """An e-mail address or a page, empty where the company has said neither.

    *policy* is the one of the product at hand, or the company's where none is: a product may have a
    help desk of its own.
    """
    if policy.contact:
        return policy.contact
    return (brand.support_email or brand.support_url or "") if brand else ""


def company_support(company_id: str, policy: SupportPolicy) -> str:
    """The same beside the look that the company has published."""
    return support_of(brand_of(company_id), policy)
