"""The pictures of a look, and how one is uploaded."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.brand.state import BrandStudioState
from portal_app.studio.brand.views import BrandStudioView
from portal_app.studio.pages.brand_fields import BrandEvents
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    action_row,
    button,
    card,
    field,
    muted,
    native_form,
)
from portal_app.ui.parts.types import Text


def pictures_card(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    return card(
        muted(t("The logo appears beside the name in the header.")),
        _picture(view.logo, "logo", t("Logo"), events),
        _picture(view.logo_dark, "logo_dark", t("Logo in dark"), events),
        title=t("Pictures"),
    )


def _picture(address: Text, kind: str, label: Text, events: BrandEvents) -> rx.Component:
    return rx.el.div(
        rx.el.p(label, class_name="field-label"),
        rx.cond(
            address != "",
            rx.el.img(src=address, alt=label, class_name="studio-logo"),
        ),
        action_row(
            button(
                t("Upload"),
                on_click=events.choose_picture(kind),
                accessible_name=t_fill("Upload {name}", name=label),
            ),
            rx.cond(
                address != "",
                button(
                    t("Remove"),
                    on_click=events.drop_picture(kind),
                    accessible_name=t_fill("Remove {name}", name=label),
                ),
            ),
        ),
        class_name="form-section",
    )


def upload_card(kind: str, label: Text, events: BrandEvents) -> rx.Component:
    """In place of the form: the browser sends the file itself and leaves the page with it.

    *seen* goes along, so that the picture is put into no draft that this page didn't show.
    """
    return card(
        native_form(
            rx.el.input(type="hidden", name="seen", value=BrandStudioState.seen, read_only=True),
            field(
                t("Picture"),
                "file",
                hint=t("PNG, JPEG or WebP, at most 1 MB."),
                id=f"field-{kind}",
                type="file",
                accept="image/png,image/jpeg,image/webp",
            ),
            action_row(
                button(
                    t("Upload"),
                    submit=True,
                    variant="primary",
                    accessible_name=t_fill("Upload {name}", name=label),
                ),
                button(t("Back"), on_click=events.back_to_form),
            ),
            action=f"/studio/brand/logo/{kind}/{StudioState.frame.query}",
            enc_type="multipart/form-data",
            class_name="form",
        ),
        title=label,
        subtitle=t("What you typed is kept in the draft."),
    )
