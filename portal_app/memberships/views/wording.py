"""The words for a membership's price and state, shared by lists, pages and alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from portal_app.catalog.models import Interval, Plan
from portal_app.kit.money import Money
from portal_app.memberships.rules import (
    MembershipStatus,
    ends_at,
    is_canceling,
    is_paused,
    is_resting,
    pauses_from,
    renewal_date,
)
from portal_app.memberships.service import HeldMembership, price_of, resumes_at
from portal_app.memberships.service.given_away import GivenAway
from portal_app.payment_methods.views import label_of, method_label
from portal_app.ui.reader import Reader, Tone

_EVERY_ONE: Final = {
    Interval.DAY: "{amount} per day",
    Interval.WEEK: "{amount} per week",
    Interval.MONTH: "{amount} per month",
    Interval.YEAR: "{amount} per year",
}
_EVERY_SOME: Final = {
    Interval.DAY: "{amount} every {count} days",
    Interval.WEEK: "{amount} every {count} weeks",
    Interval.MONTH: "{amount} every {count} months",
    Interval.YEAR: "{amount} every {count} years",
}

_RENEWS: Final = "It renews on {date} for {price}, as before."


def price_text(reader: Reader, held: HeldMembership) -> str:
    """`$29.00 per month`, `€120.00 every 3 months`; `$99.00` for what was paid once."""
    amount = price_of(held)
    return (
        per_period(reader, held.row.plan, amount) if held.facts.recurring else reader.money(amount)
    )


def plan_line(reader: Reader, held: HeldMembership) -> str:
    """Which one of several of one product it is: `Pro · $59.00 per month`."""
    return " · ".join(filter(None, (held.row.plan.title, price_text(reader, held))))


def per_period(reader: Reader, plan: Plan, amount: Money) -> str:
    """*amount* with the plan's billing cycle."""
    if plan.interval is None:
        return reader.money(amount)
    return every(reader, amount, plan.interval, plan.interval_count)


def every(reader: Reader, amount: Money, interval: Interval, count: int) -> str:
    text = reader.money(amount)
    if count == 1:
        return reader.say(_EVERY_ONE[interval], amount=text)
    return reader.say(_EVERY_SOME[interval], amount=text, count=count)


def badge(reader: Reader, held: HeldMembership) -> tuple[str, Tone]:
    """The state in a word or two, and its tone."""
    end = ends_at(held.facts)
    if held.status in _PLAIN_BADGES:
        text, tone = _PLAIN_BADGES[held.status]
        return reader.say(text), tone
    if not held.current:
        return reader.say("Ended"), "muted"
    if held.status is MembershipStatus.PAST_DUE:
        return reader.say("Past due"), "danger"
    if end is not None:
        return reader.say("Ends {date}", date=reader.date(end)), "warn"
    return _running_badge(reader, held)


def _running_badge(reader: Reader, held: HeldMembership) -> tuple[str, Tone]:
    begins = pauses_from(held.facts)
    if is_resting(held.facts, held.as_of):
        return reader.say("Paused"), "info"
    if begins is not None:
        return reader.say("Pauses {date}", date=reader.date(begins)), "info"
    text, tone = _RUNNING_BADGES[held.status]
    return reader.say(text), tone


_PLAIN_BADGES: Final[dict[MembershipStatus, tuple[str, Tone]]] = {
    MembershipStatus.UNRESOLVED: ("Unpaid", "danger"),
    MembershipStatus.DRAFTED: ("Payment unfinished", "warn"),
}
_RUNNING_BADGES: Final[dict[MembershipStatus, tuple[str, Tone]]] = {
    MembershipStatus.ACTIVE: ("Active", "ok"),
    MembershipStatus.TRIALING: ("Trial", "info"),
    MembershipStatus.COMPLETED: ("Completed", "ok"),
}


def sentence(reader: Reader, held: HeldMembership) -> str:
    """What happens next with this membership, and when; what happened, when it is over."""
    if not held.current:
        return _ended(reader, held)
    match held.status:
        case MembershipStatus.PAST_DUE:
            return f"{could_not_charge(reader, held)} {next_try(reader, held)}"
        case MembershipStatus.UNRESOLVED:
            return reader.say("It was not paid, and no more charges will be tried.")
        case MembershipStatus.DRAFTED:
            return reader.say("The first payment was started and not finished.")
        case MembershipStatus.COMPLETED:
            return _bought(reader, held)
        case _:
            return _running(reader, held)


def _ended(reader: Reader, held: HeldMembership) -> str:
    if held.facts.stripe_status == "incomplete_expired":
        return reader.say("It never started: the first payment was not finished.")
    end = ends_at(held.facts)
    if end is None:
        return reader.say("It has ended.")
    return reader.say("Ended on {date}.", date=reader.date(end))


def _bought(reader: Reader, held: HeldMembership) -> str:
    bought = reader.say("Bought on {date}.", date=reader.date(held.facts.started_at))
    end = ends_at(held.facts)
    if end is None:
        return f"{bought} {reader.say('Yours to keep.')}"
    return f"{bought} {reader.say('Yours until {date}.', date=reader.date(end))}"


def _running(reader: Reader, held: HeldMembership) -> str:
    facts, due = held.facts, renewal_date(held.facts)
    if is_canceling(facts):
        return _ending(reader, held)
    if is_paused(facts) or pauses_from(facts) is not None:
        return paused_sentence(reader, held)
    if due is None:
        return ""
    if held.status is not MembershipStatus.TRIALING:
        return _renewing(reader, held, due)
    date, price = reader.date(due), price_then(reader, held, due)
    if not price:
        return reader.say("Trial until {date}.", date=date)
    return reader.say("Trial until {date}, then {price}.", date=date, price=price)


def price_then(reader: Reader, held: HeldMembership, due: datetime | None) -> str:
    """Empty where it is another plan or quantity by *due*, which is said elsewhere."""
    begins = held.row.membership.changes_at
    changes = due is not None and begins is not None and begins <= due
    return "" if changes else price_text(reader, held)


def _renewing(reader: Reader, held: HeldMembership, due: datetime) -> str:
    date, amount = reader.date(due), reader.money(price_of(held))
    if not price_then(reader, held, due):
        return reader.say("Renews on {date}.", date=date)
    if held.row.membership.collection_method == "send_invoice":
        return reader.say(
            "Renews on {date} with an invoice for {amount}.", date=date, amount=amount
        )
    return reader.say("Renews on {date} for {amount}.", date=date, amount=amount)


def _ending(reader: Reader, held: HeldMembership) -> str:
    end, due = ends_at(held.facts), renewal_date(held.facts)
    date = reader.date(end) if end else ""
    if due is not None:
        # An end that was arranged by its date may lie many renewals ahead.
        return reader.say(
            "Ends on {date}. Until then it is charged as before, next on {due}.",
            date=date,
            due=reader.date(due),
        )
    if held.status is MembershipStatus.TRIALING:
        return reader.say("Trial ends on {date} — you will not be charged.", date=date)
    return reader.say("Ends on {date} — nothing more will be charged.", date=date)


def renews_as_before(reader: Reader, held: HeldMembership, text: str = _RENEWS) -> str:
    """By *text*, what taking an exit or a pause back means; empty where nothing would renew."""
    end = held.facts.current_period_end
    if end is None:
        return ""
    return reader.say(text, date=reader.date(end), price=price_text(reader, held))


def awaited_sentence(reader: Reader, amount: Money) -> str:
    """Of what was on its way when it ended."""
    return reader.say(
        "Your payment of {amount} was on its way already. If it arrives, you get it back"
        " automatically; you don't have to do anything.",
        amount=reader.money(amount),
    )


def paused_sentence(reader: Reader, held: HeldMembership) -> str:
    begins, ends = pauses_from(held.facts), resumes_at(held)
    if begins is not None and not is_resting(held.facts, held.as_of):
        return _will_pause(reader, begins, ends)
    if ends is not None:
        return reader.say(
            "Paused until {date}. Nothing is charged until then.", date=reader.date(ends)
        )
    if begins is not None:
        date = reader.date(begins)
        return reader.say("Paused since {date}. Nothing is charged until it resumes.", date=date)
    return reader.say("Paused. Nothing is charged until it resumes.")


def _will_pause(reader: Reader, begins: datetime, ends: datetime | None) -> str:
    if ends is None:
        date = reader.date(begins)
        return reader.say("Pauses on {date}. Nothing is charged until it resumes.", date=date)
    return reader.say(
        "Pauses on {date}. Nothing is charged until {until}.",
        date=reader.date(begins),
        until=reader.date(ends),
    )


def charged_method(reader: Reader, held: HeldMembership) -> str:
    """The method of the last try as it was then, else what a try would use; may be empty."""
    tried = held.last_attempt
    if tried is not None and tried.method_kind:
        return method_label(
            reader, kind=tried.method_kind, brand=tried.method_brand, last4=tried.method_last4
        )
    return label_of(reader, held.row.payment_method) if held.row.payment_method else ""


def could_not_charge(reader: Reader, held: HeldMembership) -> str:
    method = charged_method(reader, held)
    if held.row.membership.collection_method == "send_invoice":
        return reader.say("The invoice has not been paid.")
    if not method:
        return reader.say("There is no payment method to charge.")
    return reader.say("We couldn't charge {method}.", method=method)


def next_try(reader: Reader, held: HeldMembership) -> str:
    attempt = held.facts.next_payment_attempt_at
    if attempt is None:
        return reader.say("No further try is planned.")
    return reader.say("Next try on {date}.", date=reader.date(attempt))


def gone_sentence(reader: Reader, gone: GivenAway) -> str:
    """To whoever held it once: since when somebody else has it."""
    return reader.say(
        "{product} is with another account since {date}. You have no access and are not charged for"
        " it any more.",
        product=gone.product,
        date=reader.date(gone.at),
    )
