"""One membership of the company's, and everything that happened to it."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.membership.state import SoldMembershipState
from portal_app.studio.membership.views import SoldEvent, SoldFact, SoldPage
from portal_app.studio.pages.frame import studio_page
from portal_app.ui.i18n import t
from portal_app.ui.parts import (
    badge,
    card,
    fact,
    key_facts,
    muted,
    stack,
    timeline,
    timeline_entry,
)


def sold_membership_page() -> rx.Component:
    state = SoldMembershipState
    return studio_page(
        sold_body(state.view),
        phase=state.phase,
        load=state.load,
        title=state.view.summary.who,
        room="membership",
    )


def sold_body(view: SoldPage) -> rx.Component:
    return rx.el.div(
        stack(
            card(
                key_facts(rx.foreach(view.facts, _fact)),
                title=view.summary.product,
                badge=badge(view.summary.badge, view.summary.tone),
            ),
            rx.cond(
                view.cancellations,
                card(key_facts(rx.foreach(view.cancellations, _fact)), title=t("Cancellations")),
            ),
        ),
        card(
            rx.cond(
                view.events,
                timeline(rx.foreach(view.events, _event)),
                muted(t("Nothing is recorded yet.")),
            ),
            title=t("History"),
        ),
        class_name="charts",
    )


def _fact(row: SoldFact) -> rx.Component:
    return fact(row.label, row.value, key=row.label)


def _event(row: SoldEvent) -> rx.Component:
    return timeline_entry(row.when, row.sentence, stamp=row.moment)
