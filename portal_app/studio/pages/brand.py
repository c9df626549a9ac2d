"""The brand studio: what a company looks like, kept readable, and who published what."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.studio.brand.state import SUMMARY_ID, BrandStudioState
from portal_app.studio.brand.views import BrandStudioView, PairRow, Proposal
from portal_app.studio.pages.frame import studio_page
from portal_app.studio.pages.versions import versions_card
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    cell,
    document_link,
    error_summary,
    field,
    fold,
    muted,
    native_form,
    select_field,
    stack,
    state_form,
    table,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandEvents:
    """*note* takes a field's name and value, *use* a name and a colour."""

    note: Events
    use: Events
    save: Events
    publish: Events
    discard: Events
    restore: Events
    drop_picture: Events
    busy: Flag


def brand_page() -> rx.Component:
    state = BrandStudioState
    events = BrandEvents(
        note=state.note,
        use=state.use,
        save=state.save,
        publish=state.publish,
        discard=state.discard,
        restore=state.restore,
        drop_picture=state.drop_picture,
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
        stack(_form(view, events), _pictures(view, events), _contrasts(view)),
        stack(versions_card(view.versions, events.restore), _file()),
        class_name="studio-columns",
    )


def _form(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    return card(
        error_summary(t("There is a problem"), view.errors, identity=SUMMARY_ID),
        rx.foreach(view.proposals, lambda one: _proposal(one, events)),
        state_form(
            rx.el.div(
                _text(view, events, "wordmark", t("Name")),
                _section(
                    t("Colours"),
                    _colour(view, events, "accent", t("Accent")),
                    _colour(
                        view, events, "background", t("Background"), t("Empty: the portal's own.")
                    ),
                    _colour(view, events, "accent_dark", t("Accent in dark"), t("Empty: derived.")),
                    _colour(
                        view,
                        events,
                        "background_dark",
                        t("Background in dark"),
                        t("Empty: derived."),
                    ),
                ),
                _section(
                    t("Shape"),
                    _choice(
                        view,
                        events,
                        "radius",
                        t("Corners"),
                        [
                            ("sharp", t("Sharp")),
                            ("soft", t("Soft")),
                            ("round", t("Round")),
                        ],
                    ),
                    _choice(
                        view,
                        events,
                        "font",
                        t("Font"),
                        [
                            ("system", t("System")),
                            ("serif", t("Serif")),
                            ("rounded", t("Rounded")),
                            ("humanist", t("Humanist")),
                        ],
                    ),
                ),
                _section(
                    t("Support and legal"),
                    _text(view, events, "support_email", t("Support email")),
                    _text(view, events, "support_url", t("Support page")),
                    _text(view, events, "terms_url", t("Terms")),
                    _text(view, events, "privacy_url", t("Privacy policy")),
                    _text(view, events, "imprint_url", t("Imprint")),
                ),
                class_name="form-fields",
                key=view.revision,
            ),
            _actions(view, events),
            on_submit=events.save,
        ),
        title=t("Look"),
    )


def _actions(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    """Staff prepare, owners publish."""
    owner = StudioState.frame.is_owner
    return stack(
        action_row(
            rx.cond(
                owner,
                button(
                    t("Publish"),
                    on_click=events.publish,
                    busy=events.busy,
                    disabled=view.blocked,
                    variant="primary",
                ),
            ),
            button(t("Save draft"), submit=True, busy=events.busy),
            rx.cond(view.is_draft, button(t("Discard draft"), on_click=events.discard)),
        ),
        rx.cond(
            owner, rx.fragment(), muted(t("An owner of the company publishes what you prepare."))
        ),
        rx.cond(view.is_draft, muted(t("You see a draft. Customers see the last version."))),
    )


def _section(title: Text, *fields: Child) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(title),
        rx.el.div(*fields, class_name="studio-fields"),
        class_name="form-section",
    )


def _text(view: BrandStudioView, events: BrandEvents, name: str, label: Text) -> rx.Component:
    return field(
        label,
        name,
        required=False,
        error=view.wrong[name],
        default_value=view.values[name],
        on_blur=events.note(name),
        auto_complete="off",
    )


def _colour(
    view: BrandStudioView, events: BrandEvents, name: str, label: Text, hint: Text | None = None
) -> rx.Component:
    """Typed, so that it can be copied; the dot beside it shows what was typed."""
    return rx.el.div(
        field(
            label,
            name,
            required=False,
            hint=hint,
            error=view.wrong[name],
            default_value=view.values[name],
            on_blur=events.note(name),
            auto_complete="off",
            spell_check=False,
            placeholder="#0f766e",
        ),
        rx.el.svg(
            rx.el.svg.circle(
                cx="10",
                cy="10",
                r="9",
                fill=rx.cond(view.wrong[name] == "", view.values[name], "none"),
            ),
            view_box="0 0 20 20",
            class_name="studio-dot",
            aria_hidden="true",
        ),
        class_name="studio-colour",
    )


def _choice(
    view: BrandStudioView,
    events: BrandEvents,
    name: str,
    label: Text,
    options: list[tuple[str, Text]],
) -> rx.Component:
    return select_field(
        label,
        name,
        options,
        default_value=view.values[name],
        on_change=events.note(name),
    )


def _proposal(one: Proposal, events: BrandEvents) -> rx.Component:
    return alert(
        "danger",
        one.text,
        t_fill("The nearest colour that can be read is {colour}.", colour=one.colour),
        action=button(
            t_fill("Use {colour}", colour=one.colour), on_click=events.use(one.field, one.colour)
        ),
        key=one.field,
    )


def _pictures(view: BrandStudioView, events: BrandEvents) -> rx.Component:
    return card(
        muted(t("PNG, JPEG or WebP, at most 1 MB. It stands beside the name in the header.")),
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


def _contrasts(view: BrandStudioView) -> rx.Component:
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


def _file() -> rx.Component:
    query = StudioState.frame.query
    return card(
        muted(t("One JSON file without the pictures, to keep or to bring along.")),
        document_link(t("Download the theme"), f"/studio/brand/theme.json{query}"),
        native_form(
            field(
                t("Theme file"), "file", id="field-theme", type="file", accept="application/json"
            ),
            button(t("Import as a draft"), submit=True),
            action=f"/studio/brand/theme/{query}",
            enc_type="multipart/form-data",
            class_name="form search",
        ),
        title=t("As a file"),
    )
