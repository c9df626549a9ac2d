"""How many memberships there are, why people leave, and a search of both."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.home.state import StudioHomeState
from portal_app.studio.home.views import FigureRow, HomeView, SoldView
from portal_app.studio.pages.frame import studio_page
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    alert,
    badge,
    button,
    card,
    cell,
    field,
    link_button,
    muted,
    state_form,
    table,
    text_link,
)
from portal_app.ui.parts.types import Child, Events, Rows


def home_page() -> rx.Component:
    state = StudioHomeState
    return studio_page(
        home_body(state.view, state.search),
        phase=state.phase,
        load=state.load,
        title=t("Studio"),
        room="home",
    )


def home_body(view: HomeView, search: Events) -> rx.Component:
    return rx.el.div(
        _waiting(),
        rx.el.div(
            card(
                figures(t("Memberships now"), t("Status"), view.now),
                title=t("Memberships now"),
                badge=rx.el.span(view.new, class_name="muted"),
            ),
            card(
                rx.cond(
                    view.reasons,
                    figures(t("Cancellations by reason"), t("Reason"), view.reasons),
                    muted(t("Nobody has cancelled through this portal.")),
                ),
                title=t("Cancellations by reason"),
                badge=rx.el.span(t("Last 90 days"), class_name="muted"),
            ),
            class_name="charts",
        ),
        _people(view, search),
        class_name="stack",
    )


def _waiting() -> rx.Component:
    """What waits for a word of the company's."""
    frame = StudioState.frame
    return rx.cond(
        frame.waiting["declarations"],
        alert(
            "warn",
            t_fill("Declarations that wait: {count}", count=frame.waiting["declarations"]),
            t("Customers cancelled or withdrew, and nobody knows yet what is meant."),
            action=link_button(t("Decide"), f"/studio/declarations/{frame.query}"),
        ),
    )


def figures(caption: Child, heading: Child, rows: Rows) -> rx.Component:
    """A table whose middle column draws what its last column says."""
    return rx.el.table(
        rx.el.caption(caption, class_name="visually-hidden"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(heading, scope="col"),
                rx.el.td(),
                rx.el.th(t("Count"), scope="col"),
                class_name="visually-hidden",
            )
        ),
        rx.el.tbody(rx.foreach(rows, _figure)),
        class_name="figures",
    )


def _figure(row: FigureRow) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.label, scope="row"),
        rx.el.td(
            rx.el.svg(
                rx.el.svg.rect(width=row.width, height="100%", rx="3", class_name="chart-known"),
                class_name="chart-bar",
                aria_hidden="true",
            )
        ),
        rx.el.td(row.count),
        key=row.label,
    )


def _people(view: HomeView, search: Events) -> rx.Component:
    return card(
        state_form(
            field(
                t("Email, name or ID"),
                "q",
                type="search",
                required=False,
                default_value=view.wanted,
                key=view.wanted,
                auto_complete="off",
            ),
            button(t("Search"), submit=True),
            on_submit=search,
            class_name="search",
        ),
        rx.cond(
            view.sold,
            table(
                t("Memberships"),
                [t("Customer"), t("Membership"), t("Price"), t("Since"), t("Status")],
                rx.foreach(view.sold, _sold),
            ),
            muted(
                rx.cond(
                    view.wanted != "",
                    t_fill("Nobody found for “{wanted}”.", wanted=view.wanted),
                    t("There are no memberships yet."),
                )
            ),
        ),
        rx.el.div(
            rx.cond(view.newest != "", link_button(t("Newest"), view.newest)),
            rx.cond(view.older != "", link_button(t("Older"), view.older)),
            class_name="action-row",
        ),
        title=t("People and memberships"),
    )


def _sold(row: SoldView) -> rx.Component:
    return rx.el.tr(
        cell(
            t("Customer"),
            text_link(row.who, row.href),
            rx.cond(row.email != "", rx.el.span(row.email, class_name="cell-note")),
        ),
        cell(t("Membership"), row.product),
        cell(t("Price"), row.price),
        cell(t("Since"), row.since),
        cell(t("Status"), badge(row.badge, row.tone)),
        key=row.id,
    )
