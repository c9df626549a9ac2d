"""What a creator chooses. Everything is checked here, whoever sends it: a form, a file, a program.

Nothing of it reaches a page as it was typed: colours are parsed and written again, shapes and
fonts are names of ours, addresses are of few characters.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints

from portal_app.branding.shapes import Font, Radius
from portal_app.kit.contacts import Email, Link

_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f<>\u2028\u2029\u202a-\u202e\u2066-\u2069]+$"
_CSS: Final = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
Hex: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^#[0-9A-Fa-f]{6}$")]
ImageId: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^img_[0-9a-f]{32}$")]


class Brand(BaseModel):
    """A company's look and how to reach it. Unknown keys, colour names, other types are refused.

    Without a *background* the portal's own holds; what is not said for dark is derived. Images are
    named by ids, and only ours are ever shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wordmark: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=_LINE),
    ]
    accent: Hex
    accent_dark: Hex | None = None
    background: Hex | None = None
    background_dark: Hex | None = None
    radius: Radius = Radius.SOFT
    font: Font = Font.SYSTEM
    support_email: Email | None = None
    support_url: Link | None = None
    terms_url: Link | None = None
    privacy_url: Link | None = None
    imprint_url: Link | None = None
    # What of it is shown, `own_css.py` decides each time.
    css: Annotated[str, StringConstraints(strict=True, max_length=4_000, pattern=_CSS)] | None = (
        None
    )
    logo: ImageId | None = None
    logo_dark: ImageId | None = None
