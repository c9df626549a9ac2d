"""What can't be published is said in words that a seller knows, with what was typed."""

from __future__ import annotations

import pytest

from portal_app.branding.brand import Brand
from portal_app.studio.brand.form import form_of
from portal_app.studio.brand.views import Proposal, Typed, brand_studio_view
from portal_app.ui.reader import Reader

EXPLAINED = "Accent #ffd400 can't be used: Button on shaded area (light mode) can hardly be seen."
MEASURED = (
    "The contrast is 1.2 : 1, and 3.0 : 1 is needed. The nearest colour that can be read is"
    " #a38800. The preview shows that one."
)
IN_GERMAN = (
    "Akzent #ffd400 geht nicht: Schaltfläche auf getönter Fläche (heller Modus) ist kaum zu"
    " erkennen."
)
MEASURED_IN_GERMAN = (
    "Der Kontrast ist 1.2 : 1, nötig ist 3.0 : 1. Die nächste lesbare Farbe ist #a38800."
    " Die Vorschau zeigt diese."
)


def proposed(locale: str, **over: str) -> Proposal:
    brand = Brand(wordmark="Any", **{"accent": "#0f766e", **over})
    view = brand_studio_view(Reader(locale), Typed(form=form_of(brand), brand=brand))
    assert view.blocked
    field = next(iter(over))
    return next(one for one in view.proposals if one.field == field)


@pytest.mark.parametrize(
    ("locale", "text", "why"),
    [
        ("en", EXPLAINED, MEASURED),
        ("de", IN_GERMAN, MEASURED_IN_GERMAN),
    ],
)
def test_an_accent_names_what_was_typed_what_is_needed_and_what_is_shown(
    locale: str, text: str, why: str
) -> None:
    found = proposed(locale, accent="#ffd400")
    assert (found.text, found.why, found.colour) == (text, why, "#a38800")


def test_of_a_background_the_preview_shows_what_was_typed() -> None:
    found = proposed("en", background="#777777")
    assert found.text.startswith("Background #777777 can't be used: ")
    assert found.why.endswith(f"The nearest colour that can be read is {found.colour}.")
