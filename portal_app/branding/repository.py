"""Where brands come from: one JSON file per company beside this module."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from portal_app.branding.tokens import Brand

FOLDER: Final = Path(__file__).parent / "brands"


def read_brands(folder: Path) -> dict[str, Brand]:
    """Every `<biz>.json` of *folder* by company id.

    Raises pydantic.ValidationError for a file that is no brand, so that a start fails and says so.
    """
    return {
        path.stem: Brand.model_validate_json(path.read_bytes())
        for path in sorted(folder.glob("biz_*.json"))
    }


@lru_cache(maxsize=1)
def brands() -> dict[str, Brand]:
    """The brands of this instance, read once."""
    return read_brands(FOLDER)
