"""Customers and what they pay with."""

from __future__ import annotations

from typing import Final

from portal_app.provider.facts import CustomerFacts, DeletedCustomer, PaymentMethodFacts, TaxIdFacts
from portal_app.provider.stripe.fields import Fields

# Where kinds without a number say whose they are: Link, PayPal, Cash App Pay.
_ACCOUNTS: Final = ("email", "payer_email", "cashtag")
ADDRESS: Final = ("line1", "line2", "postal_code", "city", "state", "country")


def customer_facts(obj: object) -> CustomerFacts:
    customer = Fields(obj, "customer")
    settings = customer.part("invoice_settings")
    return CustomerFacts(
        id=customer.text("id"),
        email=customer.text_or_empty("email"),
        name=customer.text_or_empty("name"),
        currency=customer.currency() if customer.raw("currency") is not None else None,
        default_payment_method_id=settings.ref_or_none("default_payment_method"),
        default_source_id=customer.ref_or_none("default_source"),
        created_at=customer.moment("created"),
        business_name=customer.text_or_empty("business_name"),
        individual_name=customer.text_or_empty("individual_name"),
        address=filled_address(customer, "address"),
        tax_ids=tuple(map(_tax_id, customer.parts_or_none("tax_ids"))),
    )


def filled_address(owner: Fields, name: str) -> dict[str, str]:
    """Under Stripe's keys, without those that are empty."""
    address = owner.part_or_none(name)
    filled = {key: address.text_or_empty(key) for key in ADDRESS} if address else {}
    return {key: text for key, text in filled.items() if text}


def tax_id_facts(obj: object) -> TaxIdFacts:
    return _tax_id(Fields(obj, "tax_id"))


def _tax_id(tax_id: Fields) -> TaxIdFacts:
    verification = tax_id.part_or_none("verification")
    return TaxIdFacts(
        id=tax_id.text("id"),
        kind=tax_id.text("type"),
        value=tax_id.text_or_empty("value"),
        status=verification.text_or_empty("status") if verification else "",
    )


def customer_or_deleted(obj: object) -> CustomerFacts | DeletedCustomer:
    customer = Fields(obj, "customer")
    if customer.raw("deleted") is True:
        return DeletedCustomer(customer.text("id"))
    return customer_facts(obj)


def payment_method_facts(obj: object) -> PaymentMethodFacts:
    """Every kind: what Stripe tells stands under the kind's own name, as far as it has it."""
    method = Fields(obj, "payment_method")
    kind = method.text("type")
    brand, last4 = brand_and_last4(method, kind)
    details = method.part_or_none(kind)
    wallet = details.part_or_none("wallet") if details else None
    return PaymentMethodFacts(
        id=method.text("id"),
        customer_id=method.ref_or_none("customer"),
        kind=kind,
        brand=brand,
        last4=last4,
        exp_month=details.count_or_none("exp_month") if details else None,
        exp_year=details.count_or_none("exp_year") if details else None,
        funding=details.text_or_empty("funding") if details else "",
        fingerprint=details.text_or_empty("fingerprint") if details else "",
        wallet=wallet.text("type") if wallet else "",
        account=next(filter(None, map(details.text_or_empty, _ACCOUNTS)), "") if details else "",
        country=details.text_or_empty("country") if details else "",
        created_at=method.moment("created"),
    )


def brand_and_last4(method: Fields, kind: str) -> tuple[str, str]:
    """Of a payment method or of a charge's `payment_method_details`; bank debits name the bank."""
    details = method.part_or_none(kind)
    if details is None:
        return "", ""
    brand = details.text_or_empty("brand") or details.text_or_empty("bank_name")
    return brand, details.text_or_empty("last4")
