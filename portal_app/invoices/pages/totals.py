"""What everything comes to, by currency and by year."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.views import HistoryView
from portal_app.invoices.views.history import TotalView
from portal_app.ui.i18n import t
from portal_app.ui.parts import amount_cell, card, cell, document_link, fold, table
from portal_app.ui.parts.types import Child


def totals(view: HistoryView) -> rx.Component:
    columns: list[Child] = [t("Currency"), t("Paid"), t("Refunded"), t("Still to pay")]
    return card(
        table(t("Totals"), columns, rx.foreach(view.totals, _currency), amounts=(1, 2)),
        rx.cond(view.by_year, fold(t("By year"), _by_year(view))),
        title=t("Totals"),
    )


def _currency(total: TotalView) -> rx.Component:
    return rx.el.tr(
        cell(t("Currency"), total.currency),
        amount_cell(t("Paid"), total.paid),
        amount_cell(t("Refunded"), total.refunded),
        cell(
            t("Still to pay"),
            total.unpaid,
            rx.cond(
                total.pay_href != "",
                rx.el.span(
                    " ", document_link(t("Pay"), total.pay_href, accessible_name=total.pay_name)
                ),
            ),
        ),
        key=total.key,
    )


def _by_year(view: HistoryView) -> rx.Component:
    columns: list[Child] = [t("Year"), t("Paid"), t("Refunded"), t("Still to pay")]
    return table(t("Totals by year"), columns, rx.foreach(view.by_year, _year), amounts=(1, 2))


def _year(total: TotalView) -> rx.Component:
    return rx.el.tr(
        cell(t("Year"), total.span),
        amount_cell(t("Paid"), total.paid),
        amount_cell(t("Refunded"), total.refunded),
        cell(t("Still to pay"), total.unpaid),
        key=total.key,
    )
