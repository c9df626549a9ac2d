"""Pure decisions about billing details: what a customer has, and what a change comes down to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from portal_app.customers.models import Customer
from portal_app.invoices.details.tax_id import TaxId

ADDRESS_KEYS: Final = ("line1", "line2", "postal_code", "city", "state", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """*name* is the person's, or the company's with a *contact*. *address* has Stripe's keys."""

    company: bool = False
    name: str = ""
    contact: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    tax_ids: tuple[TaxId, ...] = ()

    @property
    def names(self) -> tuple[bool, str, str]:
        return self.company, self.name, self.contact


def details_of(customer: Customer) -> Details:
    """As Stripe has them. A tax id without a person's name is taken for a company's."""
    ids = tuple(TaxId(one["kind"], one["value"]) for one in customer.tax_ids)
    company = bool(customer.business_name or (ids and not customer.individual_name))
    if company:
        name, contact = customer.business_name or customer.name, customer.individual_name
    else:
        name, contact = customer.individual_name or customer.name, ""
    address = {key: str(text) for key, text in customer.address.items()}
    return Details(company=company, name=name, contact=contact, address=address, tax_ids=ids)


def alike(left: Details, right: Details) -> bool:
    """Whether invoices of both would be addressed the same."""
    same_ids = _without(left.tax_ids, right.tax_ids) == _without(right.tax_ids, left.tax_ids) == []
    return left.names == right.names and left.address == right.address and same_ids


def fullest(customers: Sequence[Customer]) -> Customer:
    """The one whose details a form for all of them begins with; the oldest of those alike."""
    return max(customers, key=lambda one: (bool(one.address), bool(one.tax_ids), bool(one.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What Stripe is asked for: fields of the customer, tax ids to add, and ids (`txi_…`) to go."""

    fields: Mapping[str, object]
    add: tuple[TaxId, ...]
    drop: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.add or self.drop)

    @property
    def payload(self) -> dict[str, Any]:
        added = [[one.kind, one.value] for one in self.add]
        return {"fields": dict(self.fields), "add": added, "drop": list(self.drop)}


def plan(customer: Customer, wanted: Details) -> Plan:
    """How *customer* comes to exactly *wanted*; what is as it should be is not written again."""
    before = details_of(customer)
    fields: dict[str, object] = {}
    if before.names != wanted.names:
        fields |= _changed_names(customer, wanted)
    if before.address != wanted.address:
        fields["address"] = {key: wanted.address.get(key, "") for key in ADDRESS_KEYS}
    drop = [
        one["id"]
        for one in customer.tax_ids
        if not _among(TaxId(one["kind"], one["value"]), wanted.tax_ids)
    ]
    add = _without(wanted.tax_ids, before.tax_ids)
    return Plan(fields=fields, add=tuple(add), drop=tuple(drop))


def _changed_names(customer: Customer, wanted: Details) -> dict[str, str]:
    """Invoices show `name`; Stripe keeps beside it whether that is a company or a person."""
    names = {
        "name": wanted.name,
        "business_name": wanted.name if wanted.company else "",
        "individual_name": wanted.contact if wanted.company else wanted.name,
    }
    return {key: text for key, text in names.items() if getattr(customer, key) != text}


def _without(ids: Iterable[TaxId], others: Sequence[TaxId]) -> list[TaxId]:
    return [one for one in ids if not _among(one, others)]


def _among(one: TaxId, others: Iterable[TaxId]) -> bool:
    return any(one.same(other) for other in others)
