"""The handlers of the billing history and of an entry's page, on real states, without a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor, actor_now
from portal_app.identity.models import Person
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.invoices.state import EntryState, HistoryState
from portal_app.invoices.state import entry as entry_module
from portal_app.invoices.state import history as history_module
from portal_app.kit.db import Database
from tests.billing_factories import keep_totals
from tests.factories import (
    NOW,
    HeldMembership,
    actor_of,
    make_invoice,
    make_membership,
    make_payment,
    make_person,
)
from tests.states.test_memberships import broken

UNKNOWN = "inv_0000000000000000000000"


async def billed(
    db: Database, customer: Customer, held: HeldMembership, count: int, **over: Any
) -> list[Invoice]:
    """So many invoices, a day apart, the newest first."""
    async with db.unit_of_work() as session:
        rows = []
        for day in range(count):
            at = NOW - timedelta(days=day)
            given = {"created_at": at, "finalized_at": at, **over}
            link = {"stripe_subscription_id": held.stripe_subscription_id}
            rows.append(await make_invoice(session, customer, **{**link, **given}))
            if rows[-1].status is InvoiceStatus.PAID:
                await make_payment(session, customer, rows[-1])
        await keep_totals(session, *rows)
    return rows


@pytest.fixture
async def hers(db: Database, ada: Person) -> HeldMembership:
    async with db.unit_of_work() as session:
        return await make_membership(session, await session.merge(ada))


@pytest.fixture
async def bens(db: Database) -> tuple[Actor, HeldMembership, list[Invoice]]:
    async with db.unit_of_work() as session:
        ben = await make_person(session, "ben@example.com")
        his = await make_membership(session, ben)
    return actor_of(ben, "ben@example.com"), his, await billed(db, his.customer, his, 3)


async def history(root: rx.State, query: str = "") -> HistoryState:
    path = f"/billing/history/{query}"
    root.router = RouterData.from_router_data({"pathname": "/billing/history", "asPath": path})
    page = await root.get_state(HistoryState)
    await HistoryState.load.fn(page)
    return page


async def entry(root: rx.State, given_id: str) -> tuple[EntryState, Any]:
    root.router = RouterData.from_router_data(
        {
            "pathname": "/billing/history/[entry_id]",
            "asPath": f"/billing/history/{given_id}/",
            "query": {"entry_id": given_id},
        }
    )
    page = await root.get_state(EntryState)
    return page, await EntryState.load.fn(page)


async def test_what_was_billed_is_shown_with_its_documents(
    root: rx.State, db: Database, hers: HeldMembership, bens: Any
) -> None:
    rows = await billed(db, hers.customer, hers, 25)
    page = await history(root)
    assert (page.phase, len(page.view.rows)) == ("ready", 20)
    first = page.view.rows[0]
    assert (first.id, first.status, first.amount) == (rows[0].id, "Paid", "$29.00")
    assert first.invoice.name == f"Invoice {rows[0].number}"
    assert first.receipt.name == f"Receipt R-{rows[0].number}"
    assert [total.paid for total in page.view.totals] == ["$725.00"]
    older = await history(root, page.view.older_href.removeprefix("/billing/history/"))
    assert [row.id for row in older.view.rows] == [row.id for row in rows[20:]]
    assert older.view.older_href == ""


async def test_filters_stand_in_the_address(
    root: rx.State, db: Database, hers: HeldMembership
) -> None:
    await billed(db, hers.customer, hers, 3)
    page = await history(root, f"?status=paid&membership={hers.member.id}&year=2026")
    view = page.view.filters
    chosen = (view.year, view.membership, view.status, view.number)
    assert chosen == ("2026", hers.member.id, "paid", "")
    assert len(page.view.rows) == 3
    assert [option.value for option in view.memberships] == [hers.member.id]
    assert page.view.export_href.startswith("/billing/export.csv?year=2026&membership=mber_")
    spec: Any = HistoryState.choose.fn(page, "year", "2025")
    assert f"/billing/history/?year=2025&membership={hers.member.id}&status=paid" in str(spec.args)
    spec = HistoryState.search.fn(page, {"number": " nwa-1 "})
    assert "number=NWA-1" in str(spec.args)
    assert HistoryState.choose.fn(page, "view", "x") is None


async def test_a_filter_without_meaning_is_left_out_and_said(
    root: rx.State, db: Database, hers: HeldMembership, bens: Any
) -> None:
    await billed(db, hers.customer, hers, 2)
    _, his, _ = bens
    seen = []
    for membership in (his.member.id, his.membership.id, "mber_unknown", "' OR 1=1"):
        page = await history(root, f"?membership={membership}")
        assert page.view.filters.unknown
        assert len(page.view.rows) == 2
        seen.append(page.view)
    assert all(view == seen[0] for view in seen)
    page = await history(root, "?year=1789&status=stolen")
    assert (page.view.filters.unknown, len(page.view.rows)) == (True, 2)


async def test_nothing_yet_and_nothing_that_fits_are_told_apart(
    root: rx.State, db: Database, hers: HeldMembership, bens: Any
) -> None:
    page = await history(root)
    assert (page.view.nothing, page.view.first_after) == ("never", "16 Dec 2026")
    await billed(db, hers.customer, hers, 1)
    assert (await history(root, "?year=1999")).view.nothing == "here"
    assert (await history(root)).view.nothing == ""


async def test_what_is_owed_leads_to_where_it_is_paid(
    root: rx.State, db: Database, ada: Person
) -> None:
    async with db.unit_of_work() as session:
        person = await session.merge(ada)
        held = await make_membership(session, person, stripe_status="past_due")
    over = {"status": InvoiceStatus.OPEN, "attempt_count": 1}
    unpaid = {"amount_paid_minor": 0, "amount_remaining_minor": 2900}
    (invoice,) = await billed(db, held.customer, held, 1, **over, **unpaid)
    page = await history(root)
    href = f"/billing/manage/{held.member.id}/pay/"
    assert [(row.status, row.pay_href) for row in page.view.rows] == [("Past due", href)]
    assert [(one.unpaid, one.pay_href) for one in page.view.totals] == [("$29.00", href)]
    shown, _ = await entry(root, invoice.id)
    assert (shown.view.pay_href, shown.view.pay_label) == (href, "Pay $29.00")


async def test_a_push_counts_what_arrived_and_moves_nothing(
    root: rx.State, db: Database, hers: HeldMembership
) -> None:
    await billed(db, hers.customer, hers, 22)
    page = await history(root)
    before = page.view.rows
    await HistoryState.refresh.fn(page)
    assert page.view.arrived == ""
    later = {"created_at": NOW + timedelta(hours=1), "finalized_at": NOW + timedelta(hours=1)}
    await billed(db, hers.customer, hers, 1, **later)
    await HistoryState.refresh.fn(page)
    assert (page.view.rows, page.view.arrived) == (before, "1 new entry")
    await HistoryState.load.fn(page)
    assert (page.view.rows[1], page.view.arrived) == (before[0], "")


async def test_a_push_elsewhere_reads_nothing(
    root: rx.State, db: Database, hers: HeldMembership, monkeypatch: pytest.MonkeyPatch
) -> None:
    await billed(db, hers.customer, hers, 1)
    page = await history(root)
    view = page.view
    monkeypatch.setattr(history_module, "read_history", broken)
    await HistoryState.refresh.fn(page)  # as if the database were away
    assert (page.phase, page.view) == ("ready", view)


async def test_a_history_that_cannot_be_read_says_so_and_can_be_tried_again(
    root: rx.State, db: Database, hers: HeldMembership, monkeypatch: pytest.MonkeyPatch
) -> None:
    await billed(db, hers.customer, hers, 1)
    with monkeypatch.context() as patched:
        patched.setattr(history_module, "read_history", broken)
        page = await history(root)
    assert (page.phase, page.view.rows) == ("failed", [])
    await HistoryState.load.fn(page)
    assert (page.phase, len(page.view.rows)) == ("ready", 1)


async def test_an_entry_is_shown_at_its_address(
    root: rx.State, db: Database, hers: HeldMembership
) -> None:
    invoice, *_ = await billed(db, hers.customer, hers, 2)
    page, elsewhere = await entry(root, invoice.id)
    assert (page.phase, page.view.id, elsewhere) == ("ready", invoice.id, None)
    assert page.view.membership_href == f"/billing/manage/{hers.member.id}/"
    assert page.view.stripe_href == f"/invoices/{invoice.id}/stripe.pdf"
    async with db.unit_of_work() as session:
        row = await session.merge(invoice)
        row.number = "NWA-CHANGED"
    await EntryState.refresh.fn(page)
    assert page.view.heading == "Invoice NWA-CHANGED"


async def test_a_payment_of_an_invoice_is_sent_on(
    root: rx.State, db: Database, hers: HeldMembership
) -> None:
    (invoice,) = await billed(db, hers.customer, hers, 1)
    async with db.unit_of_work() as session:
        payment = await make_payment(session, hers.customer, invoice)
    page, elsewhere = await entry(root, payment.id)
    assert page.phase == "loading"
    assert f"/billing/history/{invoice.id}/" in str(elsewhere.args)


async def test_anothers_unknown_and_malformed_ids_show_one_page(
    root: rx.State, db: Database, hers: HeldMembership, bens: Any
) -> None:
    await billed(db, hers.customer, hers, 1)
    _, _, his = bens
    seen = []
    for given_id in (his[0].id, UNKNOWN, "nonsense", "pay_1", ""):
        page, elsewhere = await entry(root, given_id)
        seen.append((page.phase, page.view, page.email, elsewhere))
        await EntryState.refresh.fn(page)
        assert page.phase == "missing"
    assert seen[0][0] == "missing"
    assert all(one == seen[0] for one in seen)


async def test_somebody_else_sees_their_own_and_nothing_of_hers(
    root: rx.State, db: Database, hers: HeldMembership, bens: Any
) -> None:
    rows = await billed(db, hers.customer, hers, 2)
    ben, _, his = bens
    token = actor_now.set(ben)
    try:
        page = await history(root)
        assert [row.id for row in page.view.rows] == [row.id for row in his]
        cut = await history(root, f"?after={rows[0].id}&number={rows[0].number}")
        assert not {row.id for row in cut.view.rows} & {row.id for row in rows}
        shown, _ = await entry(root, rows[0].id)
        assert shown.phase == "missing"
    finally:
        actor_now.reset(token)


async def test_an_entry_that_cannot_be_read_says_so(
    root: rx.State, db: Database, hers: HeldMembership, monkeypatch: pytest.MonkeyPatch
) -> None:
    (invoice,) = await billed(db, hers.customer, hers, 1)
    with monkeypatch.context() as patched:
        patched.setattr(entry_module, "get_entry", broken)
        page, _ = await entry(root, invoice.id)
    assert page.phase == "failed"
    await EntryState.load.fn(page)
    assert page.phase == "ready"


@pytest.mark.parametrize("owner", [HistoryState, EntryState])
def test_every_handler_is_for_signed_in_people(owner: Any) -> None:
    handlers = [one for name, one in owner.event_handlers.items() if name != "setvar"]
    assert handlers
    assert {getattr(one.fn, ATTRIBUTE, None) for one in handlers} == {Policy.SIGNED_IN}
