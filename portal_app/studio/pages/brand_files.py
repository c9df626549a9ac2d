"""What stands below the brand form: pictures, contrasts, and the look as a file."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.brand.views import BrandStudioView, PairRow
from portal_app.studio.pages.brand_fields import BrandEvents
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    button,
    card,
    cell,
    field,
    fold,
    muted,
    native_form,
    table,
)
from portal_app.ui.parts.types import Text


def pictures_card(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    return card(
        muted(
            t("PNG, JPEG or WebP, at most 1 MB. The logo appears beside the name in the header.")
        ),
        _picture(view.logo, "logo", t("Logo"), events),
        _picture(view.logo_dark, "logo_dark", t("Logo in dark"), events),
        title=t("Pictures"),
    )


def _picture(address: Text, kind: str, label: Text, events: BrandEvents) -> rx.Component:
    """The browser sends the file itself, to a route that draws it anew."""
    return rx.el.div(
        rx.cond(
            address != "",
            rx.el.div(
                rx.el.img(src=address, alt=label, class_name="studio-logo"),
                button(
                    t("Remove"),
                    on_click=events.drop_picture(kind),
                    class_name="button-small",
                    accessible_name=t_fill("Remove {name}", name=label),
                ),
                class_name="action-row",
            ),
        ),
        native_form(
            field(
                label,
                "file",
                id=f"field-{kind}",
                type="file",
                accept="image/png,image/jpeg,image/webp",
            ),
            button(t("Upload"), submit=True, accessible_name=t_fill("Upload {name}", name=label)),
            action=f"/studio/brand/logo/{kind}/{StudioState.frame.query}",
            enc_type="multipart/form-data",
            class_name="form search",
        ),
        class_name="form-section",
    )


def contrasts_card(view: BrandStudioView) -> rx.Component:
    return card(
        fold(
            t("Every pair of colours in use"),
            table(
                t("Contrasts"),
                [t("Colours"), t("Contrast"), t("Needed"), t("Result")],
                rx.foreach(view.pairs, _pair),
            ),
        ),
        title=t("Contrasts"),
        subtitle=t("By WCAG 2.2: 4.5 : 1 for text, 3 : 1 for buttons."),
    )


def _pair(one: PairRow) -> rx.Component:
    return rx.el.tr(
        cell(t("Colours"), one.what),
        cell(t("Contrast"), one.ratio),
        cell(t("Needed"), one.needed),
        cell(t("Result"), rx.cond(one.passes, t("Passes"), t("Too faint"))),
        key=one.key,
    )
