"""Who an invoice is from and to, and its taxes, as they were when it was issued."""

from __future__ import annotations

from portal_app.kit.money import Money
from portal_app.provider.facts import PartyFacts, TaxFacts
from portal_app.provider.stripe.customers import filled_address
from portal_app.provider.stripe.fields import Fields


def total_of(owner: Fields, name: str, currency: str) -> Money:
    """The sum of the amounts in the list *name*, which may be left out."""
    amount = sum(part.whole("amount") for part in owner.parts_or_none(name))
    return owner.as_money(amount, name, currency)


def added_tax(line: Fields, currency: str) -> Money:
    """The taxes that come on top of a line's amount; included ones are part of it."""
    added = [tax for tax in line.parts_or_none("taxes") if not _is_inclusive(tax)]
    return line.as_money(sum(tax.whole("amount") for tax in added), "taxes", currency)


def seller(invoice: Fields) -> PartyFacts:
    """The account, as it was named then; its tax ids are ids that nobody expanded."""
    return PartyFacts(
        name=invoice.text_or_empty("account_name"),
        country=invoice.text_or_empty("account_country"),
    )


def buyer(invoice: Fields) -> PartyFacts:
    """The customer, copied by Stripe until the invoice is finalized."""
    address = filled_address(invoice, "customer_address")
    ids = invoice.parts_or_none("customer_tax_ids")
    return PartyFacts(
        name=invoice.text_or_empty("customer_name"),
        email=invoice.text_or_empty("customer_email"),
        country=address.get("country", ""),
        address=address,
        tax_ids=tuple((one.text("type"), one.text_or_empty("value")) for one in ids),
    )


def taxes(invoice: Fields, currency: str) -> tuple[TaxFacts, ...]:
    """In Stripe's order; names and rates are those of the invoice's own tax rates."""
    rates = {rate.text("id"): rate for rate in invoice.parts_or_none("default_tax_rates")}
    return tuple(_tax(tax, rates, currency) for tax in invoice.parts_or_none("total_taxes"))


def _tax(tax: Fields, rates: dict[str, Fields], currency: str) -> TaxFacts:
    details = tax.part_or_none("tax_rate_details")
    rate = rates.get(details.ref("tax_rate")) if details else None
    taxable = tax.raw("taxable_amount")
    return TaxFacts(
        label=rate.text_or_empty("display_name") if rate else "",
        percentage=_percentage(rate) if rate else "",
        reason=tax.text_or_empty("taxability_reason"),
        inclusive=_is_inclusive(tax),
        amount=tax.money("amount", currency),
        taxable=None if taxable is None else tax.money("taxable_amount", currency),
    )


def _percentage(rate: Fields) -> str:
    """As a person writes it: `19`, `8.25`."""
    found = rate.raw("percentage")
    return f"{found:g}" if isinstance(found, int | float) else ""


def _is_inclusive(tax: Fields) -> bool:
    return tax.text_or_empty("tax_behavior") == "inclusive"
