"""The studio's first page as plain text: figures with their bars, and who was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from portal_app.memberships.buckets import Bucket
from portal_app.memberships.views.exits import REASONS as ASKED
from portal_app.memberships.views.wording import badge, price_text
from portal_app.studio.home.service import Figures, Found, Sold
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """*width* is the bar's share of the largest (`40%`)."""

    label: str = ""
    count: str = ""
    width: str = "0%"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldView:
    id: str = ""
    who: str = ""
    email: str = ""
    product: str = ""
    price: str = ""
    badge: str = ""
    tone: Tone = "muted"
    since: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """*older* is the address of the next page, empty at the end; *wanted* what was searched."""

    now: list[FigureRow] = field(default_factory=list)
    new: str = ""
    reasons: list[FigureRow] = field(default_factory=list)
    sold: list[SoldView] = field(default_factory=list)
    wanted: str = ""
    older: str = ""
    newest: str = ""


_NOW: Final = {
    "Active": (Bucket.ACTIVE,),
    "Trial": (Bucket.TRIALING,),
    "Ending": (Bucket.CANCELING, Bucket.CANCELING_PAUSED, Bucket.EXPIRING),
    "Past due": (Bucket.PAST_DUE,),
    "Unpaid": (Bucket.UNRESOLVED,),
    "Paused": (Bucket.ACTIVE_PAUSED, Bucket.TRIALING_PAUSED),
    "Bought once": (Bucket.ONE_TIME,),
}
# As customers are asked.
REASONS: Final = {**{str(one): text for one, text in ASKED.items()}, "": "No reason given"}


def home_view(
    reader: Reader, company_id: str, figures: Figures, found: Found, *, wanted: str, after: str
) -> HomeView:
    here = {"company": company_id} | ({"q": wanted} if wanted else {})
    return HomeView(
        now=_figures(
            {
                reader.say(label): sum(figures.buckets.get(one, 0) for one in buckets)
                for label, buckets in _NOW.items()
            }
        ),
        new=reader.say("{count} new in the last 30 days", count=figures.new),
        reasons=_figures(_by_reason(reader, figures.reasons)),
        sold=[sold_view(reader, one) for one in found.sold],
        wanted=wanted,
        older=f"/studio/?{urlencode(here | {'after': found.after})}" if found.after else "",
        newest=f"/studio/?{urlencode(here)}" if after else "",
    )


def _by_reason(reader: Reader, counted: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first; what no version of ours knows is counted with the others."""
    known: dict[str, int] = {}
    for reason, count in counted.items():
        label = reader.say(REASONS.get(reason, REASONS["other"]))
        known[label] = known.get(label, 0) + count
    return dict(sorted(known.items(), key=lambda one: -one[1]))


def _figures(counted: Mapping[str, int]) -> list[FigureRow]:
    most = max(counted.values(), default=0) or 1
    return [
        FigureRow(label=label, count=str(count), width=f"{count * 100 / most:.4g}%")
        for label, count in counted.items()
    ]


def sold_view(reader: Reader, one: Sold) -> SoldView:
    membership = one.held.row.membership
    text, tone = badge(reader, one.held)
    return SoldView(
        id=membership.id,
        who=one.row.name or one.row.email or reader.say("Unknown"),
        email=one.row.email if one.row.name else "",
        product=_product(one),
        price=price_text(reader, one.held),
        badge=text,
        tone=tone,
        since=reader.date(one.held.facts.started_at),
        href=f"/studio/memberships/{membership.id}/?company={membership.company_id}",
    )


def _product(one: Sold) -> str:
    row = one.held.row
    names: Iterable[str] = dict.fromkeys((row.product.title, row.plan.title))
    return " · ".join(name for name in names if name)
