"""What readers of a page hear, as recorded: `PORTAL_WRITE_GOLDEN=1` writes the records anew.

They are Playwright's aria snapshots, with what differs from run to run replaced by `…`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.golden import writing

FOLDER: Final = Path(__file__).parent / "records"
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATE: Final = rf"\d{{1,2}} (?:{'|'.join(_MONTHS)})\w* \d{{4}}(?:,? (?:at )?\d{{1,2}}:\d{{2}})?"
_MOVING: Final = (
    (r"\blocalhost:\d+", "localhost"),
    # An invoice of whoever buys in this run only: their numbers begin by chance.
    (r"\b[0-9A-Z]{8}-(\d{4})\b", r"…-\1"),
    (r"\b([a-z]{2,5})_[0-9A-Za-z]{12,}", r"\1_…"),
    (r"\b([CW])-[0-9A-Z]{4}-[0-9A-Z]{4}\b", r"\1-…"),
    (r"/(transfer|recipients|undo|link|stop)/[-\w.]{12,}/", r"/\1/…/"),
    (r"([?&](?:token|v|expires)=)[-\w.%]+", r"\1…"),
    # When it was last asked at the provider: in real time.
    (rf"\b([Aa]s of ){_DATE}(?: \w+)?", r"\1…"),
    (r"\d{1,2}\. \w+ \d{4}, \d{1,2}:\d{2} UTC", "…"),
    # It appears once nothing was heard for a while.
    (
        (
            r"status:\n +- paragraph: What you see is as of .*"
            r"\n +- paragraph: The payment provider isn't answering right now\..*"
        ),
        "status",
    ),
)
_DATED: Final = ((_DATE, "…"), (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "…"), (r"\b\d{6}\b", "…"))


def normalised(snapshot: str, *, dated: bool = False) -> str:
    """*snapshot* without what moves: ids, tokens, the port and, if *dated*, days and times."""
    for pattern, kept in _MOVING + (_DATED if dated else ()):
        snapshot = re.sub(pattern, kept, snapshot)
    return snapshot.strip() + "\n"


def differs(name: str, found: str, folder: Path = FOLDER) -> list[str]:
    """What *found* has and the record of *name* has not, and the other way round."""
    path = folder / f"{name}.yml"
    if writing():
        folder.mkdir(exist_ok=True)
        path.write_text(found, "utf-8")
    recorded = path.read_text("utf-8") if path.exists() else ""
    if recorded == found:
        return []
    lost = [f"- {line}" for line in recorded.splitlines() if line not in found.splitlines()]
    new = [f"+ {line}" for line in found.splitlines() if line not in recorded.splitlines()]
    how = f"{name}: not as recorded; if it is meant, PORTAL_WRITE_GOLDEN=1 writes the records anew"
    return [how, *lost, *new]
