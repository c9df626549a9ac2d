"""The billing history: totals, filters, and every invoice and payment a page at a time."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.invoices.pages.filters import HistoryEvents, filter_form
from portal_app.invoices.pages.totals import totals
from portal_app.invoices.state import HistoryState
from portal_app.invoices.views import EntryRow, HistoryView
from portal_app.invoices.views.naming import HISTORY, DocumentView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    alert,
    amount_cell,
    badge,
    button,
    card,
    cell,
    document_link,
    empty_state,
    link_button,
    load_failed,
    muted,
    skeleton_card,
    skeleton_page,
    stack,
    table,
    text_link,
)
from portal_app.ui.parts.types import Child


def history_page() -> rx.Component:
    events = HistoryEvents(
        choose=HistoryState.choose,
        search=HistoryState.search,
        load=HistoryState.load,
        focus=HistoryState.focus,
    )
    return page_shell(
        rx.match(
            HistoryState.phase,
            ("ready", history_body(HistoryState.view, events)),
            ("failed", load_failed(HistoryState.load)),
            _skeleton(),
        ),
        title=t("Billing history"),
        skeleton=skeleton_page(_skeleton()),
        wide=True,
    )


def _skeleton() -> rx.Component:
    return stack(skeleton_card(2), skeleton_card(8))


def history_body(view: HistoryView, events: HistoryEvents) -> rx.Component:
    """The page below its heading, for any view; the studio previews it with one of its own."""
    return rx.cond(
        view.nothing == "never",
        _nothing_yet(view),
        stack(
            rx.el.nav(
                text_link(t("Billing details"), "/billing/details/"),
                text_link(t("Upcoming charges"), "/billing/upcoming/"),
                class_name="page-links",
                aria_label=t("More about billing"),
            ),
            rx.cond(view.totals, totals(view)),
            filter_form(view.filters, events),
            rx.cond(
                view.filters.unknown,
                alert(
                    "info",
                    t("A part of the address has no meaning here and was left out."),
                ),
            ),
            _arrived(view, events),
            rx.cond(view.rows, _list(view), _no_match()),
        ),
    )


def _nothing_yet(view: HistoryView) -> rx.Component:
    return empty_state(
        t("No invoices yet."),
        rx.cond(
            view.first_after != "",
            t_fill("Your first one will be here after {date}.", date=view.first_after),
            t("Invoices and receipts appear here once you have bought something."),
        ),
        action=rx.fragment(
            link_button(t("See your memberships"), "/orders/", variant="primary"),
            link_button(t("Billing details"), "/billing/details/"),
        ),
    )


def _no_match() -> rx.Component:
    return empty_state(
        t("Nothing fits these filters."),
        action=link_button(t("Clear filters"), HISTORY, variant="primary"),
    )


def _arrived(view: HistoryView, events: HistoryEvents) -> rx.Component:
    """Said quietly, in a region that is always there; nothing moves until it is pressed."""
    return rx.el.div(
        rx.cond(
            view.arrived != "",
            button(
                t_fill("Show {entries}", entries=view.arrived),
                on_click=events.load,
                class_name="button-small",
            ),
        ),
        class_name="arrived",
        role="status",
    )


def _list(view: HistoryView) -> rx.Component:
    columns: list[Child] = [
        t("Date"),
        t("For"),
        t("Number"),
        t("Amount"),
        t("Status"),
        t("Documents"),
    ]
    return card(
        rx.el.div(
            document_link(t("Export as CSV"), view.export_href),
            rx.cond(view.filters.active, text_link(t("Clear filters"), HISTORY)),
            class_name="links",
        ),
        table(t("Invoices and payments"), columns, rx.foreach(view.rows, _row), amounts=(3,)),
        rx.cond(view.zone_note != "", muted(view.zone_note)),
        _pages(view),
        class_name="entries",
    )


def _row(row: EntryRow) -> rx.Component:
    return rx.el.tr(
        cell(t("Date"), rx.el.time(row.date, date_time=row.day)),
        cell(t("For"), text_link(row.title, row.href, accessible_name=row.link_name)),
        cell(t("Number"), row.number),
        amount_cell(t("Amount"), row.amount),
        cell(t("Status"), badge(row.status, row.tone)),
        cell(
            t("Documents"),
            rx.el.span(
                _document(t("Invoice"), row.invoice),
                _document(t("Receipt"), row.receipt),
                rx.cond(
                    row.pay_href != "",
                    document_link(t("Pay"), row.pay_href, accessible_name=row.pay_name),
                ),
                class_name="links",
            ),
        ),
        key=row.id,
    )


def _document(label: Any, view: DocumentView) -> rx.Component:  # noqa: ANN401 -- a Var
    return rx.cond(view.href != "", document_link(label, view.href, accessible_name=view.name))


def _pages(view: HistoryView) -> rx.Component:
    return rx.cond(
        (view.newer_href != "") | (view.older_href != ""),
        rx.el.nav(
            rx.cond(view.newer_href != "", link_button(t("Newer"), view.newer_href)),
            rx.cond(view.older_href != "", link_button(t("Older"), view.older_href)),
            aria_label=t("Pages"),
            class_name="action-row",
        ),
    )
