"""What a check found, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A warning works until somebody needs the thing; a failure stops people today."""

    OK = "ok"
    WARNING = "warn"
    FAILURE = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line about one thing; *mend* is what to do, and is never empty unless all is well."""

    about: str
    verdict: Verdict
    says: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict:<5} {self.about:<14} {self.says}"
        return f"{line}\n{'':<21}→ {self.mend}" if self.mend else line


def fine(about: str, says: str) -> Finding:
    return Finding(about, Verdict.OK, says)


def warning(about: str, says: str, mend: str) -> Finding:
    return Finding(about, Verdict.WARNING, says, mend)


def failure(about: str, says: str, mend: str) -> Finding:
    return Finding(about, Verdict.FAILURE, says, mend)
