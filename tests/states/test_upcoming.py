"""The page of charges to come, on real states, without a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from portal_app.catalog.models import Interval
from portal_app.identity.models import Person
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.db import Database
from portal_app.memberships.service import year_ahead
from portal_app.memberships.state import UpcomingState
from portal_app.memberships.state import upcoming as upcoming_module
from portal_app.memberships.views import UpcomingView
from portal_app.memberships.views.upcoming import ROWS_SHOWN
from portal_app.ui.notices import NoticeState
from tests.db.membership_world import statements
from tests.factories import (
    NOW,
    PERIOD_END,
    HeldMembership,
    actor_of,
    make_membership,
    make_payment_method,
    make_person,
    make_plan,
)
from tests.rows import added
from tests.states.test_memberships import broken, held_by

PATH = "/billing/upcoming"


async def previewed(db: Database, held: HeldMembership, amount: int) -> None:
    async with db.unit_of_work() as session:
        amounts = {f"{name}_minor": amount for name in ("subtotal", "total", "amount_due")}
        row = UpcomingCharge(
            stripe_subscription_id=str(held.stripe_subscription_id),
            customer_id=held.customer.id,
            currency="USD",
            discount_minor=0,
            tax_minor=0,
            balance_minor=0,
            charge_at=PERIOD_END,
            observed_at=NOW,
            **amounts,
        )
        await added(session, row)


async def of_ben(db: Database) -> None:
    async with db.unit_of_work() as session:
        ben = await make_person(session, "ben@example.com")
    his = await held_by(db, ben)
    await previewed(db, his, 7777)


async def opened(root: rx.State, path: str = PATH) -> UpcomingState:
    root.router = RouterData.from_router_data({"pathname": path, "asPath": f"{path}/"})
    page = await root.get_state(UpcomingState)
    await UpcomingState.load.fn(page)
    return page


async def test_a_year_of_her_own(root: rx.State, db: Database, ada: Person) -> None:
    await of_ben(db)
    hers = await held_by(db, ada)
    await previewed(db, hers, 3451)
    page = await opened(root)
    assert page.phase == "ready"
    rows = [row for month in page.view.months for row in month.rows]
    assert [row.amount for row in rows] == ["$34.51"] + ["$29.00"] * 11
    assert [row.estimate for row in rows] == [False] + [True] * 11
    assert {row.href for row in rows} == {f"/billing/manage/{hers.member.id}/"}
    assert (rows[0].date, rows[-1].date) == ("16 Dec 2026", "16 Nov 2027")
    assert page.view.months[0].title == "December 2026"
    assert [total.amount for total in page.view.months[0].totals] == ["$34.51"]
    assert page.view.as_of.startswith("16 Nov 2026")
    (chart,) = page.view.charts
    assert chart.total == "$353.51"
    assert (chart.bars[0].known, chart.bars[0].total) == ("100.0%", "100.0%")
    assert (chart.bars[1].known, chart.bars[1].total) == ("0.0%", "84.0%")
    assert "Dec 2026 $34.51" in chart.summary


async def test_somebody_who_pays_nothing(root: rx.State, db: Database, ada: Person) -> None:
    await of_ben(db)
    page = await opened(root)
    assert (page.phase, page.view.months, page.view.charts) == ("ready", [], [])


async def test_every_currency_by_itself(root: rx.State, db: Database, ada: Person) -> None:
    await of_ben(db)
    await held_by(db, ada)
    async with db.unit_of_work() as session:
        yen = await make_plan(session, amount_minor=1500, currency="JPY", interval=Interval.YEAR)
    await held_by(db, ada, plan=yen, billing_anchor_at=PERIOD_END)
    page = await opened(root)
    assert [(chart.currency, chart.total) for chart in page.view.charts] == [
        ("USD", "$348.00"),
        ("JPY", "¥1,500"),
    ]
    assert [total.amount for total in page.view.months[0].totals] == ["$29.00", "¥1,500"]


async def test_a_card_that_will_not_live_to_see_it(
    root: rx.State, db: Database, ada: Person
) -> None:
    await of_ben(db)
    hers = await held_by(db, ada)
    async with db.unit_of_work() as session:
        customer = await session.merge(hers.customer)
        card = await make_payment_method(session, customer, exp_month=2, exp_year=2027)
        customer.stripe_default_payment_method_id = card.stripe_payment_method_id
    page = await opened(root)
    rows = [row for month in page.view.months for row in month.rows]
    assert [bool(row.warning) for row in rows] == [False] * 3 + [True] * 9
    assert rows[3].warning == "Visa ending 4242 expires before this"
    link = f"/billing/manage/{hers.member.id}/payment-method/"
    assert [row.fix_href for row in rows if row.fix_href] == [link]  # once is enough


async def test_charges_of_one_month_are_one_row(root: rx.State, db: Database, ada: Person) -> None:
    await of_ben(db)
    async with db.unit_of_work() as session:
        weekly = await make_plan(session, amount_minor=500, interval=Interval.WEEK)
    await held_by(db, ada, plan=weekly, current_period_end=NOW + timedelta(days=7))
    page = await opened(root)
    january = next(month for month in page.view.months if month.key == "2027-01")
    (row,) = january.rows
    assert (row.date, row.amount, row.note) == (
        "2 Jan 2027",
        "$25.00",
        "5 charges until 30 Jan 2027",
    )


async def test_many_memberships_come_a_few_at_a_time(
    root: rx.State, db: Database, ada: Person
) -> None:
    """200 of them are asked for in as many statements as one, and fill no more of the page."""
    await of_ben(db)
    first = await held_by(db, ada)
    with statements(db) as few:
        await opened(root)
    async with db.unit_of_work() as session:
        person = await session.merge(ada)
        for _ in range(199):
            await make_membership(session, person, plan=first.plan)
    with statements(db) as many:
        page = await opened(root)
    assert len(many) == len(few)
    assert all(len(month.rows) == ROWS_SHOWN for month in page.view.months)
    assert page.view.months[0].hidden == "180"
    assert page.view.months[0].totals[0].amount == "$5,800.00"
    await UpcomingState.show_all.fn(page, "2026-12")
    assert (len(page.view.months[0].rows), page.view.months[0].hidden) == (200, "")
    assert page.view.months[1].hidden == "180"
    await UpcomingState.refresh.fn(page)
    assert len(page.view.months[0].rows) == 200  # what was opened stays open
    before = page.view
    for nonsense in ("2031-01", "", "<script>"):
        await UpcomingState.show_all.fn(page, nonsense)
    assert page.view == before


async def test_what_cannot_be_read_says_so(
    root: rx.State, db: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await held_by(db, ada)
    with monkeypatch.context() as patched:
        patched.setattr(upcoming_module, "year_ahead", broken)
        page = await opened(root)
        assert (page.phase, page.view.months) == ("failed", [])
    page = await opened(root)
    assert (page.phase, len(page.view.months)) == ("ready", 12)
    with monkeypatch.context() as patched:
        patched.setattr(upcoming_module, "year_ahead", broken)
        await UpcomingState.show_all.fn(page, "2026-12")
        await UpcomingState.refresh.fn(page)
    assert len(page.view.months) == 12
    assert (await root.get_state(NoticeState)).tone == "danger"


async def test_it_follows_only_where_it_is_open(root: rx.State, db: Database, ada: Person) -> None:
    await of_ben(db)
    hers = await held_by(db, ada)
    page = await opened(root)
    await previewed(db, hers, 1234)
    await UpcomingState.refresh.fn(page)
    assert page.view.months[0].rows[0].amount == "$12.34"
    page = await opened(root, "/orders")
    page.view = UpcomingView()
    await UpcomingState.refresh.fn(page)
    assert page.view.months == []


async def test_a_person_who_holds_nothing_reads_nobodys(db: Database, ada: Person) -> None:
    await of_ben(db)
    async with db.reading() as session:
        assert (await year_ahead(session, actor_of(ada), NOW)).charges == ()


@pytest.mark.parametrize(
    "handler", [UpcomingState.load, UpcomingState.refresh, UpcomingState.show_all]
)
def test_every_handler_needs_somebody_signed_in(handler: Any) -> None:
    assert getattr(handler.fn, ATTRIBUTE) is Policy.SIGNED_IN
