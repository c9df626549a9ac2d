"""Reads the commands of a page, so that a test can follow it to the letter."""

from __future__ import annotations

import re
from pathlib import Path

from tests.operators.command import ROOT

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Of the checkout, what running the portal needs; the rest (`.env`, `.portal`) is made by the page.
_CHECKOUT = (
    *("Makefile", "pyproject.toml", "constraints.txt", "scripts", "portal_app", "alembic"),
    *("alembic.ini", "assets", "reflex.lock", "rxconfig.py", ".venv", ".web"),
)


def blocks(page: Path, heading: str = "") -> list[str]:
    """Every shell block of the page, or of the section below *heading* alone."""
    text = page.read_text()
    if heading:
        _, found, text = text.partition(f"\n{heading}\n")
        assert found, f"{page.name} has no section {heading}"
        text = re.split(r"\n#{1,3} ", text, maxsplit=1)[0]
    return _BLOCK.findall(text)


def checkout(into: Path) -> Path:
    """A folder that looks like this checkout and has no settings and no data in it."""
    into.mkdir()
    for name in _CHECKOUT:
        (into / name).symlink_to(ROOT / name)
    return into
