"""The page that lets an ended membership begin again, as plain text: what it costs, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.catalog.models import Plan
from portal_app.kit.errors import PortalError
from portal_app.memberships.service import HeldMembership, RejoinPage, RejoinQuote
from portal_app.memberships.views.paying import PayMethod
from portal_app.memberships.views.wording import badge, per_period, price_text, sentence
from portal_app.payment_methods.views import add_href, decline_sentence, expiry_of, label_of
from portal_app.provider.errors import CardDeclined
from portal_app.ui.reader import Reader

# OPEN can begin again, SOON will be OPEN when the provider says that it has ended, DONE has just
# begun again, RUNS goes on, GONE is not to be had any more.
RejoinStep: TypeAlias = Literal["open", "soon", "done", "runs", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChoice:
    """*note* says how its price differs from before; empty where it doesn't."""

    id: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinView:
    """*ended* is how it stands, *warning* what of the same they have already."""

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    product: str = ""
    state: RejoinStep = "gone"
    ended: str = ""
    warning: str = ""
    plans: list[PlanChoice] = field(default_factory=list)
    methods: list[PayMethod] = field(default_factory=list)
    add_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """*amount* is charged at once, *then* says what comes after it."""

    ready: bool = False
    amount: str = ""
    then: str = ""
    due_minor: int = 0
    currency: str = ""


def rejoin_view(reader: Reader, page: RejoinPage, *, done: bool) -> RejoinView:
    held = page.held
    row = held.row
    return RejoinView(
        member_id=row.member.id,
        brand_style=wrapper_style(row.company.id),
        brand_links=brand_links(row.company.id, held.configuration.support),
        wordmark=brand.wordmark if (brand := brand_of(row.company.id)) else "",
        product=row.product.title,
        state=_state(page, done=done),
        ended=sentence(reader, held),
        warning=_warning(reader, page),
        plans=[_choice(reader, held, plan) for plan in page.plans],
        methods=[
            PayMethod(id=one.id, label=label_of(reader, one), note=expiry_of(reader, one))
            for one in page.methods
        ],
        # What was bought once is its payer's for ever, who may be another: nothing begins there.
        add_href=add_href(row.membership.customer_id, row.member.id) if page.possible else "",
    )


def _state(page: RejoinPage, *, done: bool) -> RejoinStep:
    if page.held.current:
        return "done" if done else "runs"
    if page.possible:
        return "open"
    return "soon" if page.soon else "gone"


def _warning(reader: Reader, page: RejoinPage) -> str:
    """What gives the same already, said once, however many they are."""
    others = [
        f"{other.row.plan.title or price_text(reader, other)} ({badge(reader, other)[0]})"
        for other in page.others
    ]
    if not others:
        return ""
    return reader.say(
        "You have {product} already: {memberships}.",
        product=page.held.row.product.title,
        memberships=", ".join(others),
    )


def _choice(reader: Reader, held: HeldMembership, plan: Plan) -> PlanChoice:
    quantity = held.row.membership.quantity
    price = per_period(reader, plan, plan.price * quantity)
    before = price_text(reader, held)
    label = f"{plan.title}: {price}" if plan.title else price
    if price != before:
        note = reader.say("You paid {before} before.", before=before)
    else:
        note = reader.say("As before") if plan.id == held.row.plan.id else ""
    return PlanChoice(id=plan.id, label=label, note=note)


def refusal_sentence(reader: Reader, refusal: PortalError) -> str:
    """Why it did not begin: first the money."""
    if not isinstance(refusal, CardDeclined):
        return reader.say(refusal.sentence)
    return f"{reader.say('Nothing has been charged.')} {decline_sentence(reader, refusal.code)}"


def quote_view(reader: Reader, quote: RejoinQuote) -> QuoteView:
    until = quote.paid_until
    return QuoteView(
        ready=True,
        amount=reader.money(quote.due),
        then=reader.say("It renews on {date}.", date=reader.date(until)) if until else "",
        due_minor=quote.due.minor,
        currency=quote.due.currency,
    )
