"""The brand studio: what a company looks like, kept readable, and who published what."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.brand.state import SUMMARY_ID, BrandStudioState
from portal_app.studio.brand.views import BrandStudioView, Proposal
from portal_app.studio.pages.brand_contrasts import contrasts_card
from portal_app.studio.pages.brand_fields import (
    BrandEvents,
    choice_field,
    colour_field,
    form_section,
    text_field,
)
from portal_app.studio.pages.brand_pictures import pictures_card, upload_card
from portal_app.studio.pages.file_card import file_card
from portal_app.studio.pages.frame import publish_row, studio_page
from portal_app.studio.pages.own_css import own_css_fields
from portal_app.studio.pages.preview import preview_card
from portal_app.studio.pages.share_card import share_card
from portal_app.studio.pages.versions import versions_card
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    alert,
    button,
    card,
    error_summary,
    stack,
    state_form,
)
from portal_app.ui.parts.types import Text


def brand_page() -> rx.Component:
    state = BrandStudioState
    events = BrandEvents(
        note=state.note,
        use=state.use,
        save=state.save,
        publish=state.publish,
        discard=state.discard,
        restore=state.restore,
        choose_picture=state.choose_picture,
        drop_picture=state.drop_picture,
        back_to_form=state.back_to_form,
        busy=state.busy,
    )
    return studio_page(
        brand_body(state.view, events),
        phase=state.phase,
        load=state.load,
        title=t("Brand"),
        room="brand",
    )


def brand_body(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    return rx.el.div(
        rx.match(
            BrandStudioState.choosing,
            ("logo", upload_card("logo", t("Logo"), events)),
            ("logo_dark", upload_card("logo_dark", t("Logo in dark"), events)),
            stack(_form(view, events), pictures_card(view, events), contrasts_card(view)),
        ),
        stack(
            preview_card(
                style=view.style,
                wordmark=view.wordmark,
                links=view.links,
                asked=f"&look={BrandStudioState.look}",
                revision=view.revision,
            ),
            share_card(),
            versions_card(view.versions, events.restore),
            file_card(
                what=t("One JSON file without the pictures, to keep or to bring along."),
                get=t("Download the theme"),
                path="/studio/brand/theme.json",
                put=t("Theme file"),
                to="/studio/brand/theme/",
                seen=BrandStudioState.seen,
            ),
        ),
        class_name="studio-columns",
    )


def _form(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    return card(
        error_summary(t("There is a problem"), view.errors, identity=SUMMARY_ID),
        rx.foreach(view.proposals, lambda one: _proposal(one, events)),
        state_form(
            rx.el.div(
                text_field(view, events, "wordmark", t("Name")),
                _colours(view, events),
                _shape(view, events),
                _support(view, events),
                own_css_fields(view, events),
                class_name="form-fields",
                key=view.revision,
            ),
            publish_row(view.is_draft, view.blocked, events, submit=True),
            on_submit=events.save,
        ),
        title=t("Look"),
    )


def _colours(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    fields = (
        ("accent", t("Accent"), "#0f766e"),
        ("background", t("Background"), t("the portal's own")),
        ("accent_dark", t("Accent in dark"), t("derived")),
        ("background_dark", t("Background in dark"), t("derived")),
    )
    return form_section(t("Colours"), *[colour_field(view, events, *one) for one in fields])


def _shape(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    corners: list[tuple[str, Text]] = [
        ("sharp", t("Sharp")),
        ("soft", t("Soft")),
        ("round", t("Round")),
    ]
    fonts: list[tuple[str, Text]] = [
        ("system", t("System")),
        ("serif", t("Serif")),
        ("rounded", t("Rounded")),
        ("humanist", t("Humanist")),
        # Names of fonts, the same in every language; these come from the portal itself.
        ("inter", "Inter"),
        ("nunito", "Nunito"),
        ("source-serif", "Source Serif"),
    ]
    return form_section(
        t("Shape"),
        choice_field(view, events, "radius", t("Corners"), corners),
        choice_field(view, events, "font", t("Font"), fonts),
    )


def _support(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    fields = (
        ("support_email", t("Support email")),
        ("support_url", t("Support page")),
        ("terms_url", t("Terms")),
        ("privacy_url", t("Privacy policy")),
        ("imprint_url", t("Imprint")),
    )
    return form_section(t("Support and legal"), *[text_field(view, events, *one) for one in fields])


def _proposal(one: Proposal, events: BrandEvents) -> rx.Component:
    return alert(
        "danger",
        one.text,
        one.why,
        action=button(
            t_fill("Use {colour}", colour=one.colour), on_click=events.use(one.field, one.colour)
        ),
        key=one.field,
    )
