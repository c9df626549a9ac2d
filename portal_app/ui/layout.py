"""The frame of a page: banner, header with the Profile menu, main column, footer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from portal_app.ui.banner import current_banner
from portal_app.ui.freshness import freshness_banner
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.notices import notice_region
from portal_app.ui.parts import (
    document_link,
    every_language,
    native_form,
    skeleton_card,
    skeleton_page,
)
from portal_app.ui.parts.types import Child, Rows, Text, classes
from portal_app.ui.preferences import preferences
from portal_app.ui.shell import NavLink, current_shell

MENU_ID = "profile-menu"


def page_shell(
    *body: Child,
    title: Child | None = None,
    subtitle: Child | None = None,
    badge: rx.Component | None = None,
    back: tuple[Child, Text] | None = None,
    wide: bool = False,
    signed_in: bool = True,
    skeleton: rx.Component | None = None,
    brand: Text | None = None,
    links: Rows | None = None,
    style: Mapping[str, Text] | rx.Var | None = None,
) -> rx.Component:
    """A whole page. Signed-in pages show *skeleton* until their state has arrived.

    *title* becomes the `h1`, *back* is (label, href) above it, *wide* is for lists. *brand* stands
    in the header instead of the portal's own name, *style* holds brand tokens (`--accent`, …),
    *links* lead to the company's support and papers.
    """
    content = rx.el.div(*_head(title, subtitle, badge, back), *body, class_name="stack")
    warning = rx.fragment()
    if signed_in:
        # Beside the page's own words, not among them: whoever reads `main` came for those.
        warning = until_ready(current_shell().warning(), rx.fragment())
        content = rx.fragment(current_banner(), content)
        waiting = skeleton or skeleton_page(skeleton_card(), skeleton_card(2))
        content = until_ready(content, waiting)
    return rx.el.div(
        *_own_sheet(style),
        skip_link(),
        page_header(signed_in=signed_in, brand=brand),
        warning,
        rx.el.main(
            freshness_banner(),
            notice_region(),
            content,
            id="main",
            tab_index=-1,
            class_name=classes(
                "main", "main-wide" if wide else "", "main-private" if signed_in else ""
            ),
        ),
        page_footer(links),
        class_name="shell",
        style={} if style is None else style,
    )


def _own_sheet(style: Mapping[str, Text] | rx.Var | None) -> list[rx.Component]:
    """The stylesheet that a company wrote itself, where the tokens name one."""
    if not isinstance(style, rx.Var):
        return []
    tokens: Any = style
    href = tokens["--sheet"]
    return [rx.cond(href, rx.el.link(rel="stylesheet", href=href))]


def until_ready(body: rx.Component, skeleton: rx.Component) -> rx.Component:
    """*body* once the state has arrived; before, *skeleton* instead of default values."""
    return rx.cond(rx.State.is_hydrated, body, skeleton)


def _head(
    title: Child | None,
    subtitle: Child | None,
    badge: rx.Component | None,
    back: tuple[Child, Text] | None,
) -> list[rx.Component]:
    if title is None:
        return []
    parts: list[rx.Component] = []
    if back is not None:
        parts.append(rx.el.a(back[0], href=back[1], class_name="back"))
    row: list[rx.Component] = [rx.el.h1(title, class_name="page-title")]
    if badge is not None:
        row.append(badge)
    parts.append(rx.el.div(*row, class_name="page-title-row"))
    if subtitle is not None:
        parts.append(rx.el.p(subtitle, class_name="page-subtitle"))
    return [rx.el.div(*parts, class_name="page-head")]


def skip_link() -> rx.Component:
    """The first stop of the keyboard; a plain anchor, so that the browser moves the focus."""
    return rx.el.a(
        every_language("Skip to content"),
        href="#main",
        reload_document=True,
        class_name="skip-link",
    )


def page_header(*, signed_in: bool, brand: Text | None = None) -> rx.Component:
    """Mode banner, brand and, for people signed in, the Profile menu."""
    row: list[rx.Component] = [
        rx.el.a(
            current_shell().brand if brand is None else brand,
            href="/",
            reload_document=True,
            class_name="brand",
        )
    ]
    if signed_in:
        row.append(profile_menu())
    return rx.el.header(
        mode_banner(), rx.el.div(*row, class_name="header-row"), class_name="header"
    )


def mode_banner() -> rx.Component:
    """Says that no real money moves.

    `/i18n.js` marks the document with the mode the server runs in, so the banner is there at the
    first paint and one build serves every mode.
    """
    return rx.el.p(
        rx.el.span(every_language("Sandbox"), class_name="for-sandbox"),
        rx.el.span(every_language("Test mode"), class_name="for-test"),
        class_name="mode-banner",
    )


def profile_menu() -> rx.Component:
    """A popover of the platform: opens and closes by keyboard, Escape and a press outside."""
    shell = current_shell()
    return rx.el.nav(
        rx.el.button(
            rx.el.span(class_name="avatar", aria_hidden="true"),
            t("Profile"),
            type="button",
            class_name="button button-ghost menu-button",
            custom_attrs={"popoverTarget": MENU_ID},
        ),
        rx.el.div(
            rx.el.p(t_fill("Signed in as {email}", email=shell.account), class_name="menu-account"),
            rx.el.ul(*[_menu_link(link) for link in shell.links]),
            native_form(
                rx.el.button(t("Sign out"), type="submit"),
                action="/auth/logout",
                class_name="menu-end",
            ),
            id=MENU_ID,
            class_name="menu",
            custom_attrs={"popover": "auto"},
        ),
        aria_label=t("Profile"),
    )


def _menu_link(link: NavLink) -> rx.Component:
    entry = rx.el.li(rx.el.a(link.label, href=link.href))
    return entry if link.shown is True else rx.cond(link.shown, entry)


def page_footer(links: Rows | None = None) -> rx.Component:
    """Language, theme and what laws want to be found on every page, for everybody.

    On a company's pages its own *links* come first.
    """
    rights = [document_link(link.label, link.href) for link in current_shell().rights]
    ways = [] if links is None else [rx.cond(links, company_links(links))]
    return rx.el.footer(
        *ways,
        preferences(),
        rx.el.p(*rights, class_name="rights") if rights else rx.fragment(),
        class_name="footer",
    )


def company_links(links: Rows) -> rx.Component:
    """*links* have a `kind` and an `href`; they leave the portal."""
    return rx.el.ul(rx.foreach(links, _company_link), class_name="footer-links")


def _company_link(one: Any) -> rx.Component:  # noqa: ANN401 -- an object of the state
    label = rx.match(
        one.kind,
        ("support", t("Support")),
        ("terms", t("Terms")),
        ("privacy", t("Privacy policy")),
        t("Imprint"),
    )
    return rx.el.li(document_link(label, one.href, rel="noopener"), key=one.kind)
