"""What will be charged in the year to come: a chart for each currency, and the charges by month."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.state import UpcomingState
from portal_app.memberships.views import Bar, ChargeRow, Chart, MonthTotal, MonthView, UpcomingView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    button,
    card,
    empty_state,
    link_button,
    load_failed,
    muted,
    skeleton_card,
    skeleton_page,
    stack,
    text_link,
)
from portal_app.ui.parts.types import Events


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingEvents:
    """*show_all* takes the key of a month of which only some charges are shown."""

    show_all: Events = None


def upcoming_page() -> rx.Component:
    body = upcoming_body(UpcomingState.view, UpcomingEvents(show_all=UpcomingState.show_all))
    return page_shell(
        rx.match(
            UpcomingState.phase,
            ("ready", body),
            ("failed", load_failed(UpcomingState.load)),
            skeleton_blocks(),
        ),
        title=t("Upcoming charges"),
        back=(t("Orders"), "/orders/"),
        wide=True,
        skeleton=skeleton_page(skeleton_blocks()),
    )


def skeleton_blocks() -> rx.Component:
    return stack(skeleton_card(6), skeleton_card(3), skeleton_card(3))


def upcoming_body(view: UpcomingView, events: UpcomingEvents) -> rx.Component:
    """The page below its heading, for any view; the studio previews it with one of its own."""
    return rx.cond(
        view.months,
        stack(
            _about(view),
            rx.el.div(rx.foreach(view.charts, _chart), class_name="charts"),
            _table(view, events),
        ),
        _nothing(view),
    )


def _about(view: UpcomingView) -> rx.Component:
    return rx.el.div(
        muted(
            view.period,
            ". ",
            t("Estimates are your plan's price, before taxes, discounts and credit."),
            rx.cond(
                view.as_of != "",
                rx.fragment(" ", t_fill("Other amounts are as of {moment}.", moment=view.as_of)),
            ),
        ),
        rx.cond(view.waiting != "", muted(view.waiting)),
    )


def _chart(chart: Chart) -> rx.Component:
    """A drawing of what the months below say; for readers it is its summary."""
    return card(
        rx.el.figure(
            rx.el.div(
                rx.foreach(chart.bars, _bar),
                class_name="chart",
                role="img",
                aria_label=chart.summary,
            ),
            rx.el.figcaption(
                rx.el.span(t("Known"), class_name="chart-key chart-known"),
                rx.el.span(t("Estimate"), class_name="chart-key chart-estimate"),
                class_name="chart-legend",
                aria_hidden="true",
            ),
            class_name="chart-figure",
        ),
        title=t_fill("{currency} by month", currency=chart.currency),
        badge=rx.el.span(
            t_fill("About {amount} in 12 months", amount=chart.total), class_name="muted"
        ),
    )


def _bar(bar: Bar) -> rx.Component:
    return rx.el.div(
        rx.el.span(bar.month, class_name="chart-month"),
        rx.el.svg(
            rx.el.svg.rect(width=bar.total, height="100%", class_name="chart-estimate"),
            rx.el.svg.rect(width=bar.known, height="100%", class_name="chart-known"),
            class_name="chart-bar",
        ),
        rx.el.span(bar.amount, class_name="chart-amount"),
        class_name="chart-row",
        key=bar.month,
    )


def _table(view: UpcomingView, events: UpcomingEvents) -> rx.Component:
    """One table, a group of rows for each month; on a phone two short lines for each charge."""
    headings = [t("Date"), t("Membership"), t("Amount")]
    return card(
        rx.el.table(
            rx.el.caption(t("Charges by month"), class_name="visually-hidden"),
            rx.el.thead(rx.el.tr(*[rx.el.th(heading, scope="col") for heading in headings])),
            rx.foreach(view.months, lambda month: _month(month, events)),
            class_name="table charges",
        ),
        title=t("All charges"),
    )


def _month(month: MonthView, events: UpcomingEvents) -> rx.Component:
    more = button(
        t_fill("Show {count} more", count=month.hidden),
        on_click=events.show_all(month.key) if events.show_all else None,
        accessible_name=t_fill(
            "Show {count} more charges in {month}", count=month.hidden, month=month.title
        ),
        wide=True,
    )
    return rx.el.tbody(
        rx.el.tr(
            rx.el.th(month.title, scope="rowgroup"),
            rx.el.td(rx.foreach(month.totals, _total), col_span=2, class_name="month-totals"),
            class_name="charges-month",
        ),
        rx.foreach(month.rows, _row),
        rx.cond(month.hidden != "", rx.el.tr(rx.el.td(more, col_span=3))),
        key=month.key,
    )


def _total(total: MonthTotal) -> rx.Component:
    return rx.el.span(
        rx.cond(total.estimate, t_fill("About {amount}", amount=total.amount), total.amount),
        key=total.amount,
    )


def _row(row: ChargeRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.time(row.date, date_time=row.day), class_name="charge-date"),
        rx.el.td(
            text_link(row.product, row.href),
            rx.cond(row.note != "", rx.el.span(" · ", row.note, class_name="muted")),
            rx.cond(row.warning != "", _warning(row)),
            class_name="charge-what",
        ),
        rx.el.td(
            rx.cond(row.estimate, rx.fragment(rx.el.span(t("Estimate"), class_name="muted"), " ")),
            row.amount,
            class_name="charge-amount",
        ),
        key=row.key,
    )


def _warning(row: ChargeRow) -> rx.Component:
    return rx.el.span(
        row.warning,
        rx.cond(
            row.fix_href != "",
            rx.fragment(
                " ",
                text_link(
                    t("Update payment method"),
                    row.fix_href,
                    accessible_name=t_fill(
                        "Update payment method of {product}", product=row.product
                    ),
                ),
            ),
        ),
        class_name="method-warning charge-warning",
    )


def _nothing(view: UpcomingView) -> rx.Component:
    return empty_state(
        t("No charges to come"),
        rx.cond(
            view.waiting != "",
            view.waiting,
            t("None of your memberships will be charged in the next 12 months."),
        ),
        action=link_button(t("See your memberships"), "/orders/", variant="primary"),
    )
