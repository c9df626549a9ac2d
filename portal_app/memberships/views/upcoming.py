"""The year to come: charges by month, and what they come to in each currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from portal_app.kit.clock import in_business_time
from portal_app.kit.money import Money
from portal_app.memberships.service import ExpectedCharge, HeldMembership, YearAhead
from portal_app.memberships.views.next_charge import expiry_warning
from portal_app.ui.reader import Reader

# Of one month, until the others are asked for: somebody may hold hundreds of memberships.
ROWS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """What one membership is charged in a month; several charges are one row, and *note* says so.

    *warning* says that the card will have expired; *fix_href* leads to choosing another, once for
    each membership.
    """

    key: str = ""
    date: str = ""
    day: str = ""
    product: str = ""
    href: str = ""
    note: str = ""
    amount: str = ""
    estimate: bool = False
    warning: str = ""
    fix_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """What a month costs in one currency; *estimate* when any part of it is one."""

    amount: str = ""
    estimate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """*key* is `2026-12`; *hidden* says how many more rows there are, and is empty without any."""

    key: str = ""
    title: str = ""
    totals: list[MonthTotal] = field(default_factory=list)
    rows: list[ChargeRow] = field(default_factory=list)
    hidden: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month of a chart; *known* and *estimated* are widths, together at most `100%`."""

    month: str = ""
    amount: str = ""
    known: str = "0%"
    total: str = "0%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One currency's year; *summary* is what it shows, in words."""

    currency: str = ""
    total: str = ""
    summary: str = ""
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingView:
    """Everything the page shows. *waiting* names what is paused without a date."""

    period: str = ""
    as_of: str = ""
    waiting: str = ""
    charts: list[Chart] = field(default_factory=list)
    months: list[MonthView] = field(default_factory=list)


def upcoming_view(reader: Reader, year: YearAhead, opened: Iterable[str] = ()) -> UpcomingView:
    """*opened* are the keys of months of which every row is shown."""
    by_month, currencies = _by_month(reader, year), _currencies(year.charges)
    warned: set[str] = set()
    return UpcomingView(
        period=reader.say(
            "{start} to {end}", start=reader.date(year.since), end=reader.date(year.until)
        ),
        as_of=reader.moment(in_business_time(year.as_of)) if year.as_of else "",
        waiting=_waiting(reader, year.waiting),
        charts=[_chart(reader, by_month, currency) for currency in currencies],
        months=[
            _month(reader, key, charges, currencies, warned, whole=key in set(opened))
            for key, charges in by_month.items()
            if charges
        ],
    )


def _key(reader: Reader, moment: datetime) -> str:
    return f"{reader.day_of(moment):%Y-%m}"


def _by_month(reader: Reader, year: YearAhead) -> dict[str, list[ExpectedCharge]]:
    """Every month of the year, empty ones too; the parts of months at its ends only when not.

    A charge that should have come already is one of the first month.
    """
    months: dict[str, list[ExpectedCharge]] = {}
    first = reader.day_of(year.since)
    for number in range(13):
        years, month = divmod(first.month - 1 + number, 12)
        months[f"{first.year + years}-{month + 1:02d}"] = []
    for charge in year.charges:
        months[_key(reader, max(charge.at, year.since))].append(charge)
    for end in (_key(reader, year.since), _key(reader, year.until)):
        if not months[end]:
            del months[end]
    return months


def _currencies(charges: Iterable[ExpectedCharge]) -> list[str]:
    """The one that most is charged in first."""
    counted: dict[str, int] = defaultdict(int)
    for charge in charges:
        counted[charge.amount.currency] += 1
    return sorted(counted, key=lambda currency: (-counted[currency], currency))


def _waiting(reader: Reader, waiting: Sequence[HeldMembership]) -> str:
    if not waiting:
        return ""
    products = ", ".join(held.row.product.title for held in waiting)
    return reader.say("Not included, as it is paused: {products}", products=products)


def _month(
    reader: Reader,
    key: str,
    charges: list[ExpectedCharge],
    currencies: Sequence[str],
    warned: set[str],
    *,
    whole: bool,
) -> MonthView:
    groups = _by_membership(charges)
    shown = groups if whole else groups[:ROWS_SHOWN]
    hidden = len(groups) - len(shown)
    return MonthView(
        key=key,
        title=reader.month(date.fromisoformat(f"{key}-01")),
        totals=list(_totals(reader, charges, currencies)),
        rows=[_row(reader, key, group, warned) for group in shown],
        hidden=str(hidden) if hidden else "",
    )


def _by_membership(charges: Iterable[ExpectedCharge]) -> list[list[ExpectedCharge]]:
    """In the order of each one's first charge; a change of plan within a month changes no row."""
    groups: dict[tuple[str, str], list[ExpectedCharge]] = defaultdict(list)
    for charge in charges:
        groups[charge.held.row.member.id, charge.amount.currency].append(charge)
    return list(groups.values())


def _row(reader: Reader, key: str, group: list[ExpectedCharge], warned: set[str]) -> ChargeRow:
    first, last = group[0], group[-1]
    held, (_, product) = first.held, first.bought
    member_id = held.row.member.id
    href = f"/billing/manage/{member_id}/"
    warning = expiry_warning(reader, held, last.at)
    fix = bool(warning) and member_id not in warned
    if warning:
        warned.add(member_id)
    return ChargeRow(
        key=f"{key}-{member_id}",
        date=reader.date(first.at),
        day=reader.iso_date(first.at),
        product=product.title,
        href=href,
        note=_note(reader, group),
        amount=reader.money(_sum(group)),
        estimate=not all(charge.known for charge in group),
        warning=warning,
        fix_href=f"{href}payment-method/" if fix else "",
    )


def _note(reader: Reader, group: list[ExpectedCharge]) -> str:
    plan = group[0].bought[0].title
    if len(group) == 1:
        return plan
    times = reader.say(
        "{count} charges until {date}", count=len(group), date=reader.date(group[-1].at)
    )
    return f"{plan} · {times}" if plan else times


def _sum(charges: Sequence[ExpectedCharge]) -> Money:
    currency = charges[0].amount.currency
    return sum((charge.amount for charge in charges), start=Money(0, currency))


def _in(charges: Iterable[ExpectedCharge], currency: str) -> list[ExpectedCharge]:
    return [charge for charge in charges if charge.amount.currency == currency]


def _totals(
    reader: Reader, charges: list[ExpectedCharge], currencies: Sequence[str]
) -> Iterator[MonthTotal]:
    for currency in currencies:
        if mine := _in(charges, currency):
            amount, known = reader.money(_sum(mine)), all(charge.known for charge in mine)
            yield MonthTotal(amount=amount, estimate=not known)


def _chart(reader: Reader, by_month: dict[str, list[ExpectedCharge]], currency: str) -> Chart:
    months = {key: _in(charges, currency) for key, charges in by_month.items()}
    sums = {key: _sum(charges).minor if charges else 0 for key, charges in months.items()}
    most = max(sums.values()) or 1
    bars = [
        Bar(
            month=reader.month(date.fromisoformat(f"{key}-01"), short=True),
            amount=reader.money(Money(sums[key], currency)) if charges else "",
            known=_share(sum(one.amount.minor for one in charges if one.known), most),
            total=_share(sums[key], most),
        )
        for key, charges in months.items()
    ]
    total = reader.money(Money(sum(sums.values()), currency))
    return Chart(
        currency=currency, total=total, summary=_summary(reader, currency, bars), bars=bars
    )


def _share(part: int, most: int) -> str:
    return f"{100 * part / most:.1f}%"


def _summary(reader: Reader, currency: str, bars: Sequence[Bar]) -> str:
    months = ", ".join(f"{bar.month} {bar.amount}" for bar in bars if bar.amount)
    return reader.say("Charges in {currency} by month: {months}", currency=currency, months=months)
