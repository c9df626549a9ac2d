"""How an entry adds up, and what happened to its money."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.views.payments import PaymentRow, RefundRow
from portal_app.invoices.views.sums import SumRow
from portal_app.ui.i18n import t
from portal_app.ui.parts import amount_cell, badge, card, cell, fact, key_facts, table
from portal_app.ui.parts.types import Child


def sums(rows: list[SumRow]) -> rx.Component:
    return key_facts(rx.foreach(rows, _sum), class_name="sums")


def _sum(row: SumRow) -> rx.Component:
    return rx.cond(
        row.strong,
        fact(rx.el.strong(row.label), rx.el.strong(row.amount), key=row.label),
        fact(row.label, row.amount, key=row.label),
    )


def payments(rows: list[PaymentRow]) -> rx.Component:
    columns: list[Child] = [t("Date"), t("Paid with"), t("Amount"), t("Status")]
    return card(
        table(t("Payments"), columns, rx.foreach(rows, _payment), amounts=(2,)),
        title=t("Payments"),
    )


def _payment(row: PaymentRow) -> rx.Component:
    return rx.el.tr(
        cell(t("Date"), rx.el.time(row.date, date_time=row.day)),
        cell(
            t("Paid with"),
            row.method,
            rx.cond(row.failure != "", rx.el.span(row.failure, class_name="cell-note")),
        ),
        amount_cell(t("Amount"), row.amount),
        cell(t("Status"), badge(row.status, row.tone)),
        key=row.key,
    )


def refunds(rows: list[RefundRow]) -> rx.Component:
    columns: list[Child] = [t("Date"), t("Reason"), t("Amount"), t("Status")]
    return card(
        table(t("Refunds"), columns, rx.foreach(rows, _refund), amounts=(2,)), title=t("Refunds")
    )


def _refund(row: RefundRow) -> rx.Component:
    return rx.el.tr(
        cell(t("Date"), rx.el.time(row.date, date_time=row.day)),
        cell(t("Reason"), row.reason),
        amount_cell(t("Amount"), row.amount),
        cell(t("Status"), badge(row.status, row.tone)),
        key=row.key,
    )
