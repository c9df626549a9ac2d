"""The preview: what customers see, of a membership that nobody holds, on one screen."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.canceling import CancelEvents, cancel_body
from portal_app.memberships.pages.detail import membership_body
from portal_app.memberships.pages.orders import OrdersEvents, orders_body
from portal_app.studio.preview.state import PreviewState
from portal_app.studio.preview.views import LANGUAGES, OWN_CSS, PreviewView
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import spoken_in, t
from portal_app.ui.layout import company_links
from portal_app.ui.parts import card, document_link, load_failed, muted, select_field
from portal_app.ui.parts.types import Events, Rows, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """*style* are the tokens of the look, *links* its ways to the company.

    *paper* is the address of the mail or the document that *view* names, *own* that of the
    company's own stylesheet.
    """

    view: PreviewView
    device: Text
    theme: Text
    language: Text
    style: rx.Var | dict[str, str]
    wordmark: Text
    links: Rows
    paper: Text
    own: Text


def preview_card(
    *,
    style: rx.Var | dict[str, str],
    wordmark: Text,
    links: Rows,
    asked: Text = "",
    revision: Text = "",
) -> rx.Component:
    """*asked* says to the routes of mails, documents and stylesheets which look they are to wear.

    The company's own stylesheet is as it was saved; *revision* has it read again.
    """
    state = PreviewState
    paper = f"{asked}&lang={state.language}&theme={state.theme}"
    screen = Screen(
        view=state.view,
        device=state.device,
        theme=state.theme,
        language=state.language,
        style=style,
        wordmark=wordmark,
        links=links,
        paper=f"/studio/preview/{state.view.paper}{StudioState.frame.query}{paper}",
        own=f"/studio/preview/{OWN_CSS}{StudioState.frame.query}{asked}&v={revision}",
    )
    return card(
        select_field(
            t("Page"),
            "preview-state",
            state.options,
            value=state.view.shown,
            on_change=state.show,
        ),
        _switches(),
        preview_screen(screen),
        title=t("Preview"),
        subtitle=t("What customers see, with a membership that nobody holds."),
    )


def _switches() -> rx.Component:
    """In which language, on what, in which theme."""
    state = PreviewState
    devices: list[tuple[str, Text]] = [("phone", t("Phone")), ("desktop", t("Desktop"))]
    themes: list[tuple[str, Text]] = [("light", t("Light")), ("dark", t("Dark"))]
    return rx.el.div(
        _segments(t("Language"), state.language, state.choose_language, list(LANGUAGES.items())),
        _segments(t("Device"), state.device, state.choose_device, devices),
        _segments(t("Theme"), state.theme, state.choose_theme, themes),
        class_name="action-row",
    )


def preview_screen(screen: Screen) -> rx.Component:
    """A page, in which nothing can be followed or pressed, or a frame with a mail or a document."""
    look = rx.cond(screen.theme == "dark", "preview-look theme-dark", "preview-look theme-light")
    with spoken_in(screen.language):
        body = _page(screen)
    return rx.fragment(
        rx.el.link(rel="stylesheet", href=screen.own),
        rx.cond(screen.view.unsent, muted(t("This mail is switched off: nobody gets it."))),
        rx.el.div(
            rx.cond(
                screen.view.paper != "",
                _paper(screen),
                rx.el.div(
                    body,
                    class_name=look,
                    style=screen.style,
                    lang=screen.language,
                    custom_attrs={"inert": True},
                ),
            ),
            class_name=rx.cond(
                screen.device == "phone", "preview preview-phone", "preview preview-desktop"
            ),
            # It scrolls, so the keyboard must reach it.
            tab_index=0,
            role="region",
            aria_label=t("Preview"),
        ),
        rx.cond(screen.view.shown == "invoice", document_link(t("Open the PDF"), screen.paper)),
    )


def _paper(screen: Screen) -> rx.Component:
    """A mail may do nothing in its frame; a browser shows no PDF in one that is so confined."""
    frame = {"src": screen.paper, "title": t("Preview"), "class_name": "preview-frame"}
    return rx.cond(screen.view.is_mail, rx.el.iframe(sandbox="", **frame), rx.el.iframe(**frame))


def _page(screen: Screen) -> rx.Component:
    view, links = screen.view, screen.links
    return rx.fragment(
        rx.el.div(rx.el.span(screen.wordmark, class_name="brand"), class_name="header-row"),
        rx.el.div(
            rx.match(
                view.shown,
                ("cancel", cancel_body(view.cancel, CancelEvents())),
                ("empty", orders_body(view.orders, OrdersEvents())),
                ("error", load_failed(None)),
                membership_body(view.membership),
            ),
            class_name="preview-main",
        ),
        rx.cond(links, rx.el.div(company_links(links), class_name="footer")),
    )


def _segments(
    label: Text, chosen: Text, choose: Events, options: list[tuple[str, Text]]
) -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(
                text,
                type="button",
                on_click=choose(value),
                aria_pressed=rx.cond(chosen == value, "true", "false"),
            )
            for value, text in options
        ],
        class_name="segments",
        role="group",
        aria_label=label,
    )
