"""The block of a membership's page that says what will be charged next."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.views import AmountRow, NextChargeBlock
from portal_app.ui.i18n import t
from portal_app.ui.parts import card, fact, key_facts, muted, text_link
from portal_app.ui.parts.types import Rows


def next_charge_block(block: NextChargeBlock) -> rx.Component:
    return card(
        rx.cond(block.nothing != "", rx.el.p(block.nothing), _charge(block)),
        title=block.title,
    )


def _charge(block: NextChargeBlock) -> rx.Component:
    return rx.fragment(
        key_facts(
            fact(
                t("Date"),
                rx.cond(block.day != "", rx.el.time(block.date, date_time=block.day), block.date),
            ),
            fact(
                t("Paid with"),
                rx.cond(block.method != "", block.method, t("No payment method on file")),
            ),
        ),
        amount_rows(block.rows),
        rx.cond(
            block.method_warning != "",
            rx.el.p(block.method_warning, class_name="method-warning"),
        ),
        muted(block.note, " ", text_link(t("See the next 12 months"), "/billing/upcoming/")),
    )


def amount_rows(rows: Rows) -> rx.Component:
    """Lines and what comes off or on top, with the sum last."""
    return rx.el.dl(rx.foreach(rows, _row), class_name="amounts")


def _row(row: AmountRow) -> rx.Component:
    return rx.el.div(
        rx.el.dt(
            row.label, rx.cond(row.note != "", rx.el.span(row.note, class_name="choice-note"))
        ),
        rx.el.dd(row.amount),
        class_name=rx.cond(row.strong, "amount amount-sum", "amount"),
    )
