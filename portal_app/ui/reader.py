"""Somebody who reads: their words, dates and amounts, for text that is made on the server."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_percent

from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported, translate

# How a word is meant; its colour follows, and only repeats what the words say.
Tone: TypeAlias = Literal["ok", "info", "warn", "danger", "muted"]
# "31 May 2026" can't be misread on either side of the Atlantic, which "May 31" and "5/31" can.
_DATE_PATTERNS = {"en": "d MMM y"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A person's language, as `Actor.locale` or a mail's recipient gives it."""

    locale: str

    def say(self, text: str, **values: object) -> str:
        """*text*, an English literal, in their language; `{name}` places are filled."""
        return translate(self.locale, text, **values)

    def date(self, moment: datetime) -> str:
        """The day with its year, in UTC, as Stripe bills by it: `31 May 2026`, `31. Mai 2026`."""
        return self.day(moment.date())

    def day(self, day: dt.date) -> str:
        """The same for a day that has no time, such as one that somebody typed."""
        language = supported(self.locale)
        return format_date(day, _DATE_PATTERNS.get(language, "long"), locale=language)

    def moment(self, moment: datetime) -> str:
        """The day and the minute, in UTC and saying so: `31 May 2026, 15:32 UTC`."""
        time = format_time(moment, "HH:mm", locale=supported(self.locale))
        return f"{self.date(moment)}, {time} UTC"

    def month(self, moment: datetime, *, short: bool = False) -> str:
        """The month with its year, in UTC: `December 2026`, or `Dec 2026` where room is short."""
        pattern = "MMM y" if short else "MMMM y"
        return format_date(moment.date(), pattern, locale=supported(self.locale))

    def country(self, code: str) -> str:
        """A country's name by its ISO 3166 code, or the code where there is none."""
        return Locale.parse(supported(self.locale)).territories.get(code, code)

    def percent(self, number: Decimal) -> str:
        """*number* of a hundred: `20%`, `12.5 %` as their language writes it."""
        return format_percent(number / 100, "#,##0.##%", locale=supported(self.locale))

    def money(self, amount: Money) -> str:
        return amount.format(supported(self.locale))
