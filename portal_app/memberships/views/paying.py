"""The page that pays what is open, as plain text: how much, for what, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.memberships.rules import MembershipStatus, is_canceling
from portal_app.memberships.service import PaymentPage, has_failed
from portal_app.memberships.views.alerts import access_meanwhile, why_not
from portal_app.memberships.views.detail import FactRow
from portal_app.memberships.views.next_charge import days_of
from portal_app.memberships.views.wording import could_not_charge
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.views import (
    add_href,
    decline_sentence,
    failure_or_expiry,
    label_of,
    method_label,
)
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PayMethod:
    """One method that could be charged; *note* is when it expires, or why it failed."""

    id: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayView:
    """*state* is `owed`, `invoiced`, `under_way`, `paid` or `nothing`.

    *sentence* is what happened, *access* what it means. *current* is the id of the method that
    renewals are charged to; *renews* says whether there will be one. *invoice_id* and
    *amount_minor* are what the button is about, *hosted_href* the provider's own page of it.
    *asks_bank* says that a try waits for the customer to confirm it with their bank.
    """

    state: str = "nothing"
    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    product: str = ""
    amount: str = ""
    sentence: str = ""
    access: str = ""
    facts: list[FactRow] = field(default_factory=list)
    methods: list[PayMethod] = field(default_factory=list)
    current: str = ""
    renews: bool = False
    add_href: str = ""
    invoice_id: str = ""
    amount_minor: int = 0
    number: str = ""
    hosted_href: str = ""
    asks_bank: bool = False


def pay_view(reader: Reader, page: PaymentPage) -> PayView:
    held, invoice = page.held, page.invoice
    row = held.row
    charged = row.payment_method
    state = _state(page)
    return PayView(
        state=state,
        member_id=row.member.id,
        brand_style=wrapper_style(row.company.id),
        brand_links=brand_links(row.company.id, held.configuration.support),
        wordmark=brand.wordmark if (brand := brand_of(row.company.id)) else "",
        product=row.product.title,
        amount=_amount(reader, invoice) if invoice else "",
        sentence=_sentence(reader, page, state),
        access=_access(reader, page, state),
        facts=[
            FactRow(label=name, value=value) for name, value in _facts(reader, page, state) if value
        ],
        methods=[_method(reader, method, page.payment) for method in page.methods],
        current=charged.id if charged else "",
        renews=held.is_charged and not is_canceling(held.facts),
        add_href=add_href(row.membership.customer_id, row.member.id, then_pay=True),
        invoice_id=invoice.id if invoice else "",
        amount_minor=invoice.amount_remaining_minor if invoice else 0,
        number=invoice.number if invoice else "",
        hosted_href=invoice.hosted_url if invoice else "",
        asks_bank=state == "owed" and page.payment is not None and page.payment.asks_bank,
    )


def _state(page: PaymentPage) -> str:
    invoice, payment = page.invoice, page.payment
    if invoice is None:
        return "nothing"
    if invoice.status is InvoiceStatus.PAID:
        return "paid"
    if payment is not None and payment.is_under_way:
        return "under_way"
    if invoice.status is not InvoiceStatus.OPEN or page.held.payable is None:
        return "nothing"
    return "owed" if page.held.is_charged else "invoiced"


def _amount(reader: Reader, invoice: Invoice) -> str:
    paid = invoice.status is InvoiceStatus.PAID
    return reader.money(invoice.total if paid else invoice.remaining)


def _sentence(reader: Reader, page: PaymentPage, state: str) -> str:
    held = page.held
    match state:
        case "owed" if held.switching is not None:
            return reader.say("Your plan changes once this is paid. Until then it stays as it is.")
        case "owed" if held.resuming:
            return reader.say("It resumes once this is paid. Until then it stays paused.")
        case "owed":
            tried = held.last_attempt is not None
            said = f"{could_not_charge(reader, held)} {why_not(reader, held)}" if tried else ""
            return said.strip()
        case "invoiced":
            return could_not_charge(reader, held)
        case "under_way":
            return reader.say(
                "Your bank is carrying the payment out, which can take some days. You don't have to"
                " do anything."
            )
        case _:
            return ""


def _access(reader: Reader, page: PaymentPage, state: str) -> str:
    held = page.held
    if state == "paid" and held.has_access:
        return reader.say("You have access to {product}.", product=held.row.product.title)
    if state not in {"owed", "invoiced"} or held.switching is not None or held.resuming:
        return ""
    if held.status is MembershipStatus.DRAFTED:
        return reader.say("It starts once the payment is confirmed.")
    return access_meanwhile(reader, held)


def _facts(reader: Reader, page: PaymentPage, state: str) -> Iterator[tuple[str, str]]:
    invoice = page.invoice
    if invoice is None or state == "nothing":
        return
    yield reader.say("Amount"), _amount(reader, invoice)
    yield reader.say("Period"), days_of(reader, invoice.period_start, invoice.period_end)
    if state == "paid":
        yield reader.say("Paid with"), _paid_with(reader, page.payment)
        yield reader.say("Paid on"), reader.date(invoice.paid_at) if invoice.paid_at else ""
        return
    yield reader.say("Open since"), reader.date(invoice.finalized_at or invoice.created_at)
    tried_again = page.held.status is not MembershipStatus.DRAFTED and page.held.owes
    if state == "owed" and tried_again:
        yield reader.say("Next automatic try"), _next_try(reader, page)


def _next_try(reader: Reader, page: PaymentPage) -> str:
    attempt = page.held.facts.next_payment_attempt_at
    return reader.date(attempt) if attempt else reader.say("None is planned")


def _paid_with(reader: Reader, payment: Payment | None) -> str:
    if payment is None or payment.status is not PaymentStatus.SUCCEEDED or not payment.method_kind:
        return ""
    kind, brand, last4 = payment.method_kind, payment.method_brand, payment.method_last4
    return method_label(reader, kind=kind, brand=brand, last4=last4)


def _method(reader: Reader, method: PaymentMethod, payment: Payment | None) -> PayMethod:
    note = failure_or_expiry(reader, method, failed=has_failed(method, payment))
    return PayMethod(id=method.id, label=label_of(reader, method), note=note)


def not_paid(reader: Reader, page: PaymentPage) -> str:
    """Why it is still open after a try, for somebody who has just tried: first the money."""
    nothing = reader.say("Nothing has been charged.")
    payment = page.payment
    if payment is None or payment.status is PaymentStatus.PENDING:
        return f"{reader.say('The payment was not confirmed.')} {nothing}"
    return f"{nothing} {decline_sentence(reader, payment.failure_code)}"
