"""Language and theme: kept by the browser, known to no account."""

from __future__ import annotations

from typing import Literal, TypeAlias

import reflex as rx
from reflex.style import color_mode, set_color_mode

from portal_app.ui.catalogue import LOCALES
from portal_app.ui.i18n import LocaleState, t
from portal_app.ui.parts import native_form

Mode: TypeAlias = Literal["system", "light", "dark"]
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch"}


def preferences() -> rx.Component:
    """Two groups of small buttons; the chosen one is pressed."""
    return rx.el.div(_language(), _theme(), class_name="preferences")


def _language() -> rx.Component:
    return native_form(
        *[
            rx.el.button(
                LANGUAGE_NAMES[locale],
                type="submit",
                name="locale",
                value=locale,
                lang=locale,
                aria_pressed=rx.cond(LocaleState.lang == locale, "true", "false"),
            )
            for locale in LOCALES
        ],
        action="/locale",
        class_name="segments",
        aria_label=t("Language"),
    )


def _theme() -> rx.Component:
    names: tuple[tuple[Mode, rx.Var[str]], ...] = (
        ("system", t("System")),
        ("light", t("Light")),
        ("dark", t("Dark")),
    )
    return rx.el.div(
        *[
            rx.el.button(
                name,
                type="button",
                on_click=set_color_mode(mode),
                aria_pressed=rx.cond(color_mode == mode, "true", "false"),
            )
            for mode, name in names
        ],
        class_name="segments",
        role="group",
        aria_label=t("Theme"),
    )
