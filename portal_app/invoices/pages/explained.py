"""“Explain this charge”: what it is, and why it differs from the one before."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.views.explaining import ExplanationView, PartRow
from portal_app.ui.i18n import t
from portal_app.ui.parts import card, fact, key_facts


def explained(view: ExplanationView) -> rx.Component:
    return card(
        rx.el.p(view.about),
        rx.cond(view.difference != "", rx.el.p(view.difference)),
        rx.cond(view.parts, key_facts(rx.foreach(view.parts, _part), class_name="sums")),
        title=t("Explain this charge"),
    )


def _part(part: PartRow) -> rx.Component:
    return fact(part.text, part.amount, key=part.key)
