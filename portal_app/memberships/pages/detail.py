"""One membership's page, and what stands in its place when there is none to show."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.invoices.views import InvoiceRow
from portal_app.memberships.pages.next_charge import next_charge_block
from portal_app.memberships.pages.parts import membership_not_found, plain_alert
from portal_app.memberships.state import MembershipState
from portal_app.memberships.views import FactRow, MembershipView, TimelineRow
from portal_app.payment_methods.views import PaymentMethodView
from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    amount_cell,
    badge,
    card,
    cell,
    document_link,
    fact,
    fold,
    key_facts,
    link_button,
    load_failed,
    muted,
    named_by_address,
    skeleton_card,
    skeleton_page,
    stack,
    table,
    text_link,
    timeline,
    timeline_entry,
)
from portal_app.ui.parts.types import Flag, Text
from portal_app.ui.shell import current_shell


def membership_page() -> rx.Component:
    view = MembershipState.view
    return page_shell(
        rx.match(
            MembershipState.phase,
            (
                "ready",
                rx.cond(named_by_address(view.member_id), membership_body(view), _skeleton()),
            ),
            ("missing", membership_not_found(MembershipState.email)),
            ("given_away", given_away_body(MembershipState.gone, MembershipState.confirmation)),
            ("failed", load_failed(MembershipState.load)),
            _skeleton(),
        ),
        skeleton=_skeleton(),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        style=view.brand_style,
        links=view.brand_links,
    )


def given_away_body(gone: Text, confirmation: Text) -> rx.Component:
    """What its former holder finds; *confirmation* is the address of the document, if any."""
    return stack(
        rx.el.div(
            text_link(t("Orders"), "/orders/", class_name="back"),
            rx.el.h1(t("This membership was transferred"), class_name="page-title"),
            class_name="page-head",
        ),
        card(rx.el.p(gone), rx.el.p(t("Your invoices and receipts stay with you."))),
        action_row(
            link_button(t("See your memberships"), "/orders/", variant="primary"),
            rx.cond(
                confirmation != "",
                link_button(t("Download confirmation"), confirmation, reload=True),
            ),
            link_button(t("Billing history"), "/billing/history/"),
        ),
    )


def _skeleton() -> rx.Component:
    return skeleton_page(skeleton_card(5), skeleton_card(2), skeleton_card(4))


def membership_body(view: MembershipView) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    return stack(
        _head(view),
        rx.foreach(view.alerts, plain_alert),
        rx.cond(view.scheduled_change != "", _scheduled(view)),
        card(
            rx.cond(view.sentence != "", rx.el.p(view.sentence)),
            rx.cond(view.resume_note != "", rx.el.p(view.resume_note)),
            key_facts(rx.foreach(view.facts, _fact)),
            title=t("Overview"),
        ),
        # Before what is only to be read: nobody should have to look for it.
        _ways_out(view),
        rx.cond(view.next_charge.title != "", next_charge_block(view.next_charge)),
        rx.cond(
            view.charges, _payment_method(view.payment_method, view.member_id, view.card_expires)
        ),
        _invoices(view),
        rx.cond(view.timeline, _timeline(view)),
    )


def _scheduled(view: MembershipView) -> rx.Component:
    """What will change by itself; what its holder asked for leads to where it is taken back."""
    href = f"/billing/manage/{view.member_id}/plan/"
    return alert(
        "info",
        view.scheduled_change,
        action=rx.cond(view.own_change, text_link(t("See this change"), href)),
    )


def _ways_out(view: MembershipView) -> rx.Component:
    """Buttons of equal rank; what ends a membership is never hidden (design.md §2.4)."""
    base = f"/billing/manage/{view.member_id}/"
    return action_row(
        rx.match(
            view.unpause,
            ("planned", link_button(t("Don't pause"), f"{base}pause/")),
            ("paused", link_button(t("Resume now"), f"{base}pause/")),
            rx.cond(view.can_pause, link_button(t("Pause membership"), f"{base}pause/")),
        ),
        rx.cond(view.can_change_plan, link_button(t("Change plan"), f"{base}plan/")),
        rx.cond(view.can_transfer, link_button(t("Transfer membership"), f"{base}transfer/")),
        rx.cond(view.can_undo, link_button(t("Keep my membership"), f"{base}undo/")),
        rx.cond(view.can_rejoin, link_button(t("Join again"), f"{base}rejoin/", reload=True)),
        rx.cond(view.can_cancel, link_button(t("Cancel membership"), f"{base}cancel/")),
    )


def _head(view: MembershipView) -> rx.Component:
    return rx.el.div(
        text_link(t("Orders"), "/orders/", class_name="back"),
        rx.el.div(
            rx.el.h1(view.title, class_name="page-title"),
            badge(view.badge, view.tone),
            class_name="page-title-row",
        ),
        rx.el.p(view.creator, class_name="page-subtitle"),
        class_name="page-head",
    )


def _fact(row: FactRow) -> rx.Component:
    return fact(row.label, row.value, key=row.label)


def _payment_method(view: PaymentMethodView, member_id: Text, expiring: Flag) -> rx.Component:
    href = f"/billing/manage/{member_id}/payment-method/"
    return card(
        rx.cond(
            view.label != "",
            key_facts(
                fact(t("Paid with"), view.label),
                rx.cond(view.expiry != "", fact(t("Validity"), view.expiry)),
            ),
            muted(t("There is no payment method on file for this membership.")),
        ),
        action_row(
            rx.cond(
                expiring,
                # The alert above leads there by the usual name.
                link_button(t("Change"), href, accessible_name=t("Change payment method")),
                link_button(t("Update payment method"), href),
            )
        ),
        title=t("Payment method"),
    )


def _invoices(view: MembershipView) -> rx.Component:
    columns: list[Any] = [t("Number"), t("Date"), t("Amount"), t("Status")]
    return card(
        rx.cond(
            view.invoices,
            table(t("Latest invoices"), columns, rx.foreach(view.invoices, _invoice), amounts=(2,)),
            muted(t("There are no invoices yet.")),
        ),
        text_link(t("See all"), f"/billing/history/?membership={view.member_id}"),
        title=t("Latest invoices"),
    )


def _invoice(row: InvoiceRow) -> rx.Component:
    return rx.el.tr(
        cell(t("Number"), text_link(row.number, f"/billing/history/{row.id}/")),
        cell(t("Date"), rx.el.time(row.date, date_time=row.day)),
        amount_cell(t("Amount"), row.amount),
        cell(t("Status"), badge(row.status, row.tone)),
        key=row.id,
    )


def _timeline(view: MembershipView) -> rx.Component:
    return card(
        timeline(rx.foreach(view.timeline, _event)),
        rx.cond(
            view.earlier,
            fold(t("Earlier events"), timeline(rx.foreach(view.earlier, _event))),
        ),
        rx.cond(
            view.confirmation != "",
            document_link(t("Confirmation of transfer"), view.confirmation),
        ),
        title=t("History"),
    )


def _event(row: TimelineRow) -> rx.Component:
    return timeline_entry(row.when, row.sentence, stamp=row.moment)
