"""One invoice or payment: what it was for, how it adds up, and what became of the money."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.pages.explained import explained
from portal_app.invoices.pages.money import payments, refunds, sums
from portal_app.invoices.state import EntryState
from portal_app.invoices.views import EntryView
from portal_app.invoices.views.entry import LineRow, PartyView
from portal_app.invoices.views.naming import HISTORY
from portal_app.invoices.views.payments import DisputeRow
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    alert,
    badge,
    card,
    cell,
    document_link,
    empty_state,
    fact,
    key_facts,
    link_button,
    load_failed,
    muted,
    named_by_address,
    skeleton_card,
    skeleton_page,
    stack,
    switch_account,
    table,
    text_link,
)
from portal_app.ui.parts.types import Child, Text


def entry_page() -> rx.Component:
    view = EntryState.view
    return page_shell(
        rx.match(
            EntryState.phase,
            ("ready", rx.cond(named_by_address(view.id), entry_body(view), _skeleton())),
            ("missing", _not_found(EntryState.email)),
            ("failed", load_failed(EntryState.load)),
            _skeleton(),
        ),
        skeleton=_skeleton(),
    )


def _skeleton() -> rx.Component:
    return skeleton_page(skeleton_card(3), skeleton_card(5), skeleton_card(3))


def entry_body(view: EntryView) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    return stack(
        _head(view),
        rx.foreach(view.disputes, _dispute),
        _overview(view),
        explained(view.explained),
        card(
            rx.cond(view.lines, _lines(view)),
            sums(view.sums),
            rx.foreach(view.notes, _note),
            title=t("How it adds up"),
        ),
        rx.cond(view.payments, payments(view.payments)),
        rx.cond(view.refunds, refunds(view.refunds)),
        rx.cond((view.seller.name != "") | (view.buyer.name != ""), _parties(view)),
    )


def _back() -> rx.Component:
    return text_link(t("Billing history"), HISTORY, class_name="back")


def _head(view: EntryView) -> rx.Component:
    return rx.el.div(
        _back(),
        rx.el.div(
            rx.el.h1(view.heading, class_name="page-title"),
            badge(view.status, view.tone),
            class_name="page-title-row",
        ),
        rx.el.p(view.title, class_name="page-subtitle"),
        class_name="page-head",
    )


def _dispute(row: DisputeRow) -> rx.Component:
    return alert("info", row.sentence, key=row.key)


def _overview(view: EntryView) -> rx.Component:
    return card(
        key_facts(
            fact(t("Amount"), view.amount),
            fact(t("Date"), rx.el.time(view.date, date_time=view.day)),
            rx.cond(view.due != "", fact(t("Due"), view.due)),
            rx.cond(view.company != "", fact(t("Sold by"), view.company)),
            rx.cond(
                view.membership_href != "",
                fact(t("Membership"), text_link(view.membership, view.membership_href)),
            ),
        ),
        rx.el.div(
            rx.cond(
                view.pay_href != "",
                link_button(view.pay_label, view.pay_href, variant="primary", reload=True),
            ),
            rx.cond(
                view.invoice.href != "",
                link_button(
                    t("Invoice"), view.invoice.href, reload=True, accessible_name=view.invoice.name
                ),
            ),
            rx.cond(
                view.receipt.href != "",
                link_button(
                    t("Receipt"), view.receipt.href, reload=True, accessible_name=view.receipt.name
                ),
            ),
            class_name="action-row",
        ),
        rx.cond(
            view.stripe_href != "",
            muted(document_link(t("Stripe's own PDF"), view.stripe_href)),
        ),
        rx.cond(view.zone_note != "", muted(view.zone_note)),
        title=t("Overview"),
    )


def _lines(view: EntryView) -> rx.Component:
    columns: list[Child] = [t("Description"), t("Amount")]
    return table(t("Lines"), columns, rx.foreach(view.lines, _line))


def _line(row: LineRow) -> rx.Component:
    return rx.el.tr(
        cell(
            t("Description"),
            row.description,
            rx.cond(row.period != "", _line_note(row.period)),
            rx.cond(row.quantity != "", _line_note(t("Quantity"), " ", row.quantity)),
            rx.cond(row.discount != "", _line_note(t("Discount"), " ", row.discount)),
        ),
        cell(t("Amount"), row.amount),
        key=row.key,
    )


def _line_note(*words: Child) -> rx.Component:
    return rx.el.span(*words, class_name="cell-note")


def _note(text: Text) -> rx.Component:
    return muted(text)


def _parties(view: EntryView) -> rx.Component:
    """As they were when it was issued; what changed since is on later invoices."""
    return card(
        rx.el.div(
            _party(t("Seller"), view.seller), _party(t("Buyer"), view.buyer), class_name="parties"
        ),
        title=t("Seller and buyer"),
        subtitle=t("As they were when it was issued"),
    )


def _party(label: Text, party: PartyView) -> rx.Component:
    return rx.cond(
        party.name != "",
        rx.el.div(
            rx.el.h3(label, class_name="party-title"),
            rx.el.p(party.name),
            rx.foreach(party.lines, _note),
        ),
    )


def _not_found(email: Text) -> rx.Component:
    """The same for an unknown, a malformed and somebody else's id."""
    return stack(
        rx.el.div(
            _back(),
            rx.el.h1(t("We can't find that invoice or payment"), class_name="page-title"),
            class_name="page-head",
        ),
        empty_state(
            t_fill("You are signed in as {email}.", email=email),
            t("The link may belong to another email address of yours."),
            action=rx.fragment(
                link_button(t("See your billing history"), HISTORY, variant="primary"),
                switch_account(),
            ),
        ),
    )
