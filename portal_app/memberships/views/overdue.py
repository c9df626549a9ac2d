"""What is overdue, said on top of every page that is about something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.memberships.service import HeldMembership
from portal_app.memberships.views.alerts import access_meanwhile, pay_href
from portal_app.memberships.views.wording import charged_method
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueView:
    """*title* is empty while nothing is overdue; *several* are paid from the orders page."""

    title: str = ""
    text: str = ""
    href: str = ""
    several: bool = False


def overdue_view(reader: Reader, overdue: Sequence[HeldMembership]) -> OverdueView:
    owing = [held for held in overdue if held.owes]
    if not owing:
        return OverdueView()
    if len(owing) > 1:
        title = reader.say("{count} memberships are not paid", count=len(owing))
        return OverdueView(title=title, href="/orders/", several=True)
    (held,) = owing
    since = reader.say("Due since {date}.", date=_since(reader, held))
    return OverdueView(
        title=_what_happened(reader, held),
        text=f"{since} {access_meanwhile(reader, held)}",
        href=pay_href(held.row.member.id),
    )


def _what_happened(reader: Reader, held: HeldMembership) -> str:
    product, method = held.title, charged_method(reader, held)
    amount = reader.money(held.unpaid.remaining) if held.unpaid else ""
    if held.is_charged and method:
        return reader.say(
            "We couldn't charge {method} for {product} ({amount})",
            method=method,
            product=product,
            amount=amount,
        )
    return reader.say("{product} is not paid ({amount})", product=product, amount=amount)


def _since(reader: Reader, held: HeldMembership) -> str:
    invoice = held.unpaid
    if invoice is None:
        return ""
    return reader.date(invoice.due_at or invoice.finalized_at or invoice.created_at)
