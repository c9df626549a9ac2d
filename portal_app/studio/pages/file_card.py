"""A card for what a company decides as a file: down, and up again as a draft."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t
from portal_app.ui.parts import button, card, document_link, field, muted, native_form
from portal_app.ui.parts.types import Text


def file_card(*, what: Text, get: Text, path: str, put: Text, to: str, seen: Text) -> rx.Component:
    """*get* is the link to *path*, *put* names the field of the form that sends *to*.

    *seen* goes with the file, so that it takes the place of nothing that this page didn't show.
    """
    query = StudioState.frame.query
    return card(
        muted(what),
        document_link(get, f"{path}{query}"),
        native_form(
            rx.el.input(type="hidden", name="seen", value=seen, read_only=True),
            field(put, "file", id="field-file", type="file", accept="application/json"),
            button(t("Import as a draft"), submit=True),
            action=f"{to}{query}",
            enc_type="multipart/form-data",
            class_name="form",
        ),
        title=t("As a file"),
    )
