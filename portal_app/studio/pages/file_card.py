"""A card for what a company decides as a file: down, and up again as a draft."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t
from portal_app.ui.parts import button, card, document_link, field, muted, native_form
from portal_app.ui.parts.types import Text


def file_card(*, what: Text, get: Text, path: str, put: Text, to: str) -> rx.Component:
    """*get* is the link to *path*, *put* names the field of the form that sends *to*."""
    query = StudioState.frame.query
    return card(
        muted(what),
        document_link(get, f"{path}{query}"),
        native_form(
            field(put, "file", id="field-file", type="file", accept="application/json"),
            button(t("Import as a draft"), submit=True),
            action=f"{to}{query}",
            enc_type="multipart/form-data",
            class_name="form",
        ),
        title=t("As a file"),
    )
