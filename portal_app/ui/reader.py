"""Somebody who reads: their words, dates and amounts, for text that is made on the server."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_percent

from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported, translate
from portal_app.ui.zones import UTC_ZONE, in_zone, short_name

# How a word is meant; its colour follows, and only repeats what the words say.
Tone: TypeAlias = Literal["ok", "info", "warn", "danger", "muted"]
# "31 May 2026" can't be misread on either side of the Atlantic, which "May 31" and "5/31" can.
_DATE_PATTERNS = {"en": "d MMM y"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A person's language and time zone, as `Actor.reader` or a mail's recipient gives them.

    Without a zone, days and times are in UTC, as Stripe bills by it.
    """

    locale: str
    zone: str = UTC_ZONE

    @property
    def on_paper(self) -> Reader:
        """For what a document says: its dates are in UTC, the same for whoever reads it."""
        return replace(self, zone=UTC_ZONE)

    def say(self, text: str, **values: object) -> str:
        """*text*, an English literal, in their language; `{name}` places are filled."""
        return translate(self.locale, text, **values)

    def day_of(self, moment: datetime) -> dt.date:
        """On which day that is for them."""
        return in_zone(moment, self.zone).date()

    def date(self, moment: datetime) -> str:
        """The day with its year: `31 May 2026`, `31. Mai 2026`."""
        return self.day(self.day_of(moment))

    def iso_date(self, moment: datetime) -> str:
        """The same for machines: `2026-05-31`."""
        return self.day_of(moment).isoformat()

    def day(self, day: dt.date) -> str:
        """The same for a day that has no time, such as one that somebody typed."""
        language = supported(self.locale)
        return format_date(day, _DATE_PATTERNS.get(language, "long"), locale=language)

    def moment(self, moment: datetime) -> str:
        """The day and the minute, and in which zone: `31 May 2026, 15:32 UTC`."""
        local = in_zone(moment, self.zone)
        time = format_time(local, "HH:mm", locale=supported(self.locale))
        return f"{self.date(moment)}, {time} {short_name(local, self.locale)}"

    def month(self, day: dt.date, *, short: bool = False) -> str:
        """The month with its year: `December 2026`, or `Dec 2026` where room is short."""
        return format_date(day, "MMM y" if short else "MMMM y", locale=supported(self.locale))

    def country(self, code: str) -> str:
        """A country's name by its ISO 3166 code, or the code where there is none."""
        return Locale.parse(supported(self.locale)).territories.get(code, code)

    def percent(self, number: Decimal) -> str:
        """*number* of a hundred: `20%`, `12.5 %` as their language writes it."""
        return format_percent(number / 100, "#,##0.##%", locale=supported(self.locale))

    def money(self, amount: Money) -> str:
        return amount.format(supported(self.locale))
