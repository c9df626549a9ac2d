"""The page that changes a plan, as plain text: what there is, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.catalog.models import Plan, Product
from portal_app.memberships.plans import (
    ChangeTiming,
    Hindrance,
    length_of,
    per_month,
    quantities_of,
    takes_promotions,
)
from portal_app.memberships.rules import ends_at
from portal_app.memberships.service import PlanPage, timing_for
from portal_app.memberships.views.detail import FactRow
from portal_app.memberships.views.first_steps import NO_STEP, FirstStep, to_keep, to_pay
from portal_app.memberships.views.history import moment_in
from portal_app.memberships.views.wording import per_period, price_text
from portal_app.ui.reader import Reader

# OPEN can be changed, PENDING waits for something, CLOSED can't be changed now.
PlanState: TypeAlias = Literal["open", "pending", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOption:
    """One plan to choose; *note* is its price, and when it would begin."""

    id: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """*options* are what can be chosen, *least* and *most* how many units where that is a choice.

    *sentence* says what waits, or why nothing can be changed; *way_out* leads to what helps, by a
    full load. *asks_bank* says that the bank waits for the customer's word, *can_keep* that what is
    pending can be given up, *promotions* that a code can be typed.
    """

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    product: str = ""
    state: PlanState = "closed"
    current: str = ""
    facts: list[FactRow] = field(default_factory=list)
    options: list[PlanOption] = field(default_factory=list)
    chosen: str = ""
    units: int = 1
    least: int = 1
    most: int = 1
    title: str = ""
    sentence: str = ""
    way_out: str = ""
    way_out_label: str = ""
    asks_bank: bool = False
    can_keep: bool = False
    promotions: bool = False


def plan_view(reader: Reader, page: PlanPage) -> PlanView:
    row = page.held.row
    brand = brand_of(row.company.id)
    state = _state(page)
    least, most = quantities_of(row.membership, page.policy)
    title, sentence = _said(reader, page, state)
    way_out, label = _way_out(reader, page, state)
    return PlanView(
        member_id=row.member.id,
        brand_style=wrapper_style(row.company.id),
        brand_links=brand_links(row.company.id, page.held.configuration.support),
        wordmark=brand.wordmark if brand else "",
        product=row.product.title,
        state=state,
        current=plan_name(row.plan, row.product),
        facts=[FactRow(label=name, value=value) for name, value in _facts(reader, page)],
        options=_options(reader, page) if state == "open" else [],
        chosen=row.plan.id if least < most else "",
        units=row.membership.quantity,
        least=least,
        most=most,
        title=title,
        sentence=sentence,
        way_out=way_out,
        way_out_label=label,
        asks_bank=page.asks_bank,
        can_keep=page.standing is not None and not page.waiting,
        promotions=page.policy.promotion_codes and takes_promotions(row.membership),
    )


def plan_name(plan: Plan, product: Product) -> str:
    return plan.title or product.title


def _state(page: PlanPage) -> PlanState:
    if page.standing is not None or page.waiting or page.held.switching is not None:
        return "pending"
    least, most = quantities_of(page.held.row.membership, page.policy)
    if page.hindrance is not None or not (page.targets or least < most):
        return "closed"
    return "open"


def _facts(reader: Reader, page: PlanPage) -> Iterator[tuple[str, str]]:
    row = page.held.row
    yield reader.say("Plan"), plan_name(row.plan, row.product)
    yield reader.say("Price"), price_text(reader, page.held)
    if row.membership.quantity != 1:
        yield reader.say("Quantity"), str(row.membership.quantity)


def _options(reader: Reader, page: PlanPage) -> list[PlanOption]:
    """The plan that is there is one only where another quantity of it can be had."""
    row = page.held.row
    least, most = quantities_of(row.membership, page.policy)
    own = [(row.plan, row.product)] if least < most else []
    return [
        PlanOption(
            id=plan.id,
            label=_label(plan, product, page),
            note=" · ".join(_note(reader, page, plan)),
        )
        for plan, product in [*own, *page.targets]
    ]


def _label(plan: Plan, product: Product, page: PlanPage) -> str:
    """With the product's name where that is another one."""
    name = plan_name(plan, product)
    other = product.id != page.held.row.product.id and name != product.title
    return f"{product.title}, {name}" if other else name


def _note(reader: Reader, page: PlanPage, plan: Plan) -> Iterator[str]:
    row, quantity = page.held.row, page.held.row.membership.quantity
    yield per_period(reader, plan, plan.price * quantity)
    if length_of(plan) != length_of(row.plan):
        yield about_a_month(reader, plan, quantity)
    if plan.id == row.plan.id:
        yield reader.say("what you have now")
        return
    timing = timing_for(page.held, plan, quantity, page.policy)
    end = page.held.facts.current_period_end
    if timing is ChangeTiming.AT_RENEWAL and end is not None:
        yield reader.say("from {date} on", date=reader.date(end))
    else:
        yield reader.say("from today on")


def about_a_month(reader: Reader, plan: Plan, quantity: int) -> str:
    return reader.say("about {amount} per month", amount=reader.money(per_month(plan, quantity)))


_CLOSED: Final = {
    Hindrance.OVER: "It has ended, so there is no plan to change.",
    Hindrance.BOUGHT: "You paid once and nothing renews, so there is no plan to change.",
    Hindrance.UNPAID: "Its last payment didn't go through. Its plan can be changed once that is"
    " paid.",
    Hindrance.ENDING: "It ends on {date}. Its plan can be changed if you keep it.",
    Hindrance.PAUSED: "It is paused. Its plan can be changed once it runs again.",
    Hindrance.TRIAL: "Its plan can be changed when the trial is over, from {date} on.",
    Hindrance.INVOICED: "It is paid by invoice. Ask {company} to change its plan.",
    Hindrance.SEVERAL: "It is made of several items. Ask {company} to change them.",
    Hindrance.UNFINISHED: "A change of its plan is not finished yet.",
    Hindrance.SCHEDULED: "{company} has arranged a change for {date}. Its plan can be changed"
    " after that.",
}


def _said(reader: Reader, page: PlanPage, state: PlanState) -> tuple[str, str]:
    """A title and a sentence for what is not open."""
    if state == "open":
        return "", ""
    if state == "pending":
        return _pending(reader, page)
    row, hindrance = page.held.row, page.hindrance
    if hindrance is None:
        return "", reader.say("There is no other plan to change to.")
    facts = page.held.facts
    at = {
        Hindrance.ENDING: ends_at(facts),
        Hindrance.TRIAL: facts.trial_end_at or facts.current_period_end,
        Hindrance.SCHEDULED: row.membership.changes_at,
    }.get(hindrance)
    date = reader.date(at) if at else ""
    return "", reader.say(_CLOSED[hindrance], date=date, company=row.company.title)


def _pending(reader: Reader, page: PlanPage) -> tuple[str, str]:
    row, asked = page.held.row, page.standing
    if page.waiting:
        return _not_heard(reader, page)
    switching = page.held.switching
    lapses = moment_in(row.membership.scheduled_change, "expires_at")
    plan = plan_name(*page.wanted) if page.wanted else ""
    if switching is not None and lapses is not None:
        return reader.say("Your plan hasn't changed yet"), reader.say(
            "It changes to {plan} as soon as {amount} is paid. Until then {current} goes on as"
            " before; without a payment by {moment} nothing changes and nothing is owed.",
            plan=plan,
            amount=reader.money(switching.remaining),
            current=plan_name(row.plan, row.product),
            moment=reader.moment(lapses),
        )
    at = asked.effective_at if asked else page.held.as_of
    return reader.say("Your plan changes on {date}", date=reader.date(at)), reader.say(
        "Until then you have {current}, and from then on {plan} for {price}. Nothing is charged for"
        " the change.",
        current=plan_name(row.plan, row.product),
        plan=plan,
        price=_wanted_price(reader, page),
    )


def _not_heard(reader: Reader, page: PlanPage) -> tuple[str, str]:
    asked = page.standing
    if asked is not None and asked.timing == ChangeTiming.NOW:
        return reader.say("We are finding out what became of your change"), reader.say(
            "The payment provider didn't answer in time. Nothing is charged twice: we look at what"
            " it did and show it here."
        )
    return reader.say("Your change is noted"), reader.say(
        "The payment provider isn't answering right now. Your change is passed on by itself; you"
        " don't have to do anything."
    )


def _wanted_price(reader: Reader, page: PlanPage) -> str:
    if page.wanted is None or page.standing is None:
        return ""
    plan, _product = page.wanted
    return per_period(reader, plan, plan.price * page.standing.to_quantity)


def _way_out(reader: Reader, page: PlanPage, state: PlanState) -> FirstStep:
    step = NO_STEP if page.waiting else to_pay(reader, page.held)
    ending = state == "closed" and page.hindrance is Hindrance.ENDING
    return to_keep(reader, page.held) if step == NO_STEP and ending else step
