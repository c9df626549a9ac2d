"""Text that is on screen before the catalogue can be asked, or when nothing else works."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.catalogue import LOCALES, translate


def every_language(text: str) -> rx.Component:
    """*text* in all languages at once; the stylesheet shows the one of `<html lang>`."""
    return rx.el.span(
        *[rx.el.span(translate(locale, text), lang=locale) for locale in LOCALES],
        class_name="every-language",
    )
