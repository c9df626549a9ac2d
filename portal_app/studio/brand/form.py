"""The brand form as somebody filled it in: pure, and says at which field it can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from portal_app.branding.brand import Brand

TEXTS: Final = ("wordmark", "support_email", "support_url")
PAPERS: Final = ("terms_url", "privacy_url", "imprint_url")
COLOURS: Final = ("accent", "background", "accent_dark", "background_dark")
CHOICES: Final = ("radius", "font")
PICTURES: Final = ("logo", "logo_dark")
TYPED: Final = (*TEXTS, *PAPERS, *COLOURS, *CHOICES, "css")
_LONGEST: Final = {"css": 5_000}


@dataclass(frozen=True, slots=True)
class WrongField:
    """*at* names the field; the sentence is English."""

    at: str
    sentence: str


_SENTENCES: Final = {
    "wordmark": "Enter a name of at most 40 characters, without < and >.",
    "support_email": "Enter an email address, or leave it empty.",
    "css": "Write at most 4,000 characters of CSS.",
    "radius": "Choose from the list.",
    "font": "Choose from the list.",
    **dict.fromkeys(COLOURS, "Write a colour like #0f766e."),
    **dict.fromkeys(("support_url", *PAPERS), "Enter an address that begins with https://."),
    **dict.fromkeys(PICTURES, "That picture isn't there."),
}


def form_of(brand: Brand) -> dict[str, str]:
    """What the form shows of *brand*; pictures are carried along unseen."""
    stored = brand.model_dump(mode="json")
    return {name: stored[name] or "" for name in (*TYPED, *PICTURES)}


def filled_in(form: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """*form* with what the browser sent; unknown names, pictures, other types are left out."""
    typed = {
        name: value.replace("\r\n", "\n").strip()[: _LONGEST.get(name, 400)]
        for name, value in given.items()
        if name in TYPED and isinstance(value, str)
    }
    return {**form, **typed}


def checked(form: Mapping[str, str]) -> tuple[Brand | None, list[WrongField]]:
    """The brand, or what is wrong in the order of the form."""
    body = {name: value for name, value in form.items() if value}
    body = {"wordmark": "", "accent": "", **body}
    body = {name: _colour(value) if name in COLOURS else value for name, value in body.items()}
    try:
        return Brand.model_validate(body), []
    except ValidationError as wrong:
        at = {str(one["loc"][0]) for one in wrong.errors()}
        return None, [
            WrongField(name, _SENTENCES[name]) for name in (*TYPED, *PICTURES) if name in at
        ]


def _colour(typed: str) -> str:
    """`0f766e` and `#abc` mean what people mean by them."""
    text = typed if typed.startswith("#") else f"#{typed}"
    short = len(text) == 4  # noqa: PLR2004 -- #abc
    return "#" + "".join(sign * 2 for sign in text[1:]) if short else text
