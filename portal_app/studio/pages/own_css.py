"""A company's own stylesheet in the brand form, and what of it is not taken."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.brand.views import BrandStudioView, LeftOut
from portal_app.studio.pages.brand_fields import BrandEvents
from portal_app.ui.i18n import t
from portal_app.ui.parts import text_area


def own_css_fields(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    """For who writes CSS; what of it is not taken stands below it, line by line."""
    return rx.el.fieldset(
        rx.el.legend(t("Stylesheet")),
        text_area(
            t("Your own CSS"),
            "css",
            required=False,
            hint=t("Borders, corners, shadows, type and spacing of documented classes."),
            error=view.wrong["css"],
            default_value=view.filled["css"],
            on_blur=events.note("css"),
            spell_check=False,
            auto_complete="off",
            class_name="code-area",
        ),
        rx.cond(
            view.left_out,
            rx.el.div(
                rx.el.p(t("Left out, as it can't be taken:"), class_name="field-hint"),
                rx.el.ul(rx.foreach(view.left_out, _left_out), class_name="bullets"),
                role="status",
            ),
        ),
        class_name="form-section",
    )


def _left_out(one: LeftOut) -> rx.Component:
    return rx.el.li(
        one.where, ": ", rx.cond(one.what != "", rx.el.code(one.what)), " ", one.reason, key=one.key
    )
