"""Every pair of colours that a look uses, measured."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.brand.views import BrandStudioView, PairRow
from portal_app.ui.i18n import t
from portal_app.ui.parts import card, cell, fold, table


def contrasts_card(view: BrandStudioView) -> rx.Component:
    return card(
        fold(
            t("Every pair of colours in use"),
            table(
                t("Contrasts"),
                [t("Colours"), t("Contrast"), t("Needed"), t("Result")],
                rx.foreach(view.pairs, _pair),
            ),
        ),
        title=t("Contrasts"),
        subtitle=t("By WCAG 2.2: 4.5 : 1 for text, 3 : 1 for buttons."),
    )


def _pair(one: PairRow) -> rx.Component:
    return rx.el.tr(
        cell(t("Colours"), one.what),
        cell(t("Contrast"), one.ratio),
        cell(t("Needed"), one.needed),
        cell(t("Result"), rx.cond(one.passes, t("Passes"), t("Too faint"))),
        key=one.key,
    )
