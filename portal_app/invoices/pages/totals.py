"""What everything comes to, by currency and by year."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.views import HistoryView
from portal_app.invoices.views.history import TotalView
from portal_app.ui.i18n import t
from portal_app.ui.parts import card, cell, fact, fold, key_facts, link_button, table
from portal_app.ui.parts.types import Child


def totals(view: HistoryView) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("Totals"), class_name="visually-hidden"),
        rx.el.div(rx.foreach(view.totals, _currency), class_name="totals"),
        rx.cond(view.by_year, fold(t("By year"), _by_year(view))),
        class_name="stack",
    )


def _currency(total: TotalView) -> rx.Component:
    return card(
        key_facts(
            fact(t("Paid"), total.paid),
            rx.cond(total.refunded != "", fact(t("Refunded"), total.refunded)),
            rx.cond(total.unpaid != "", fact(t("Still open"), total.unpaid)),
        ),
        rx.cond(
            total.pay_href != "",
            link_button(
                t("Pay"),
                total.pay_href,
                variant="primary",
                reload=True,
                accessible_name=total.pay_name,
            ),
        ),
        title=total.currency,
        subtitle=total.span,
        level=3,
        key=total.key,
    )


def _by_year(view: HistoryView) -> rx.Component:
    columns: list[Child] = [t("Year"), t("Paid"), t("Refunded"), t("Still open")]
    return table(t("Totals by year"), columns, rx.foreach(view.by_year, _year))


def _year(total: TotalView) -> rx.Component:
    return rx.el.tr(
        cell(t("Year"), total.span),
        cell(t("Paid"), total.paid),
        cell(t("Refunded"), total.refunded),
        cell(t("Still open"), total.unpaid),
        key=total.key,
    )
