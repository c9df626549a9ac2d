"""The order, the pages and the filters of the billing history, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal_app.invoices.models import Invoice
from portal_app.invoices.repository.entries import Entry
from portal_app.invoices.rules.standing import Standing
from portal_app.invoices.rules.wanted import Bills, Wanted, number_part
from portal_app.invoices.service.history import PER_PAGE
from portal_app.invoices.views.naming import moment_of, standing_of
from portal_app.kit.money import Money
from tests.db.history_world import HistoryWorld, one_more
from tests.factories import NOW


def ids(entries: list[Entry] | tuple[Entry, ...]) -> list[str]:
    return [entry.id for entry in entries]


async def test_every_entry_is_there_once_newest_first(world: HistoryWorld) -> None:
    found = await world.walk()
    assert len(found) == len(world.standings) > 2 * PER_PAGE
    assert set(ids(found)) == set(world.standings)
    moments = [moment_of(entry) for entry in found]
    assert moments == sorted(moments, reverse=True)


async def test_pages_lead_back_up_to_the_same_first_page(world: HistoryWorld) -> None:
    first = await world.page()
    second = await world.page(after=first.older)
    third = await world.page(after=second.older)
    assert first.newer == ""
    back = await world.page(before=third.newer)
    assert ids(back.entries) == ids(second.entries)
    assert (back.newer, back.older) == (second.newer, second.older)
    assert ids((await world.page(before=second.newer)).entries) == ids(first.entries)


@pytest.mark.parametrize("standing", list(Standing))
async def test_a_status_finds_what_stands_so(world: HistoryWorld, standing: Standing) -> None:
    found = await world.walk(Wanted(standing=standing))
    wanted = [one for one, known in world.standings.items() if known == standing]
    assert sorted(ids(found)) == sorted(wanted) != []
    assert {standing_of(entry, NOW) for entry in found} == {standing}


async def test_a_year_finds_what_was_billed_in_it(world: HistoryWorld) -> None:
    everything = await world.walk()
    page = await world.page()
    assert len(page.years) > 2
    for year in page.years:
        found = await world.walk(Wanted(year=year))
        assert ids(found) == ids([one for one in everything if moment_of(one).year == year])
        refunded = await world.walk(Wanted(year=year, standing=Standing.REFUNDED))
        assert set(ids(refunded)) == {
            one.id for one in found if world.standings[one.id] == "refunded"
        }


async def test_a_membership_finds_its_invoices_of_this_customer_only(world: HistoryWorld) -> None:
    subscription = str(world.hers.stripe_subscription_id)
    everything = await world.walk()
    hers = [
        one
        for one in everything
        if one.invoice and one.invoice.stripe_subscription_id == subscription
    ]
    bills = Bills(subscription_ids=(subscription,))
    assert ids(await world.walk(Wanted(bills=bills))) == ids(hers) != []
    refunded = await world.walk(Wanted(bills=bills, standing=Standing.REFUNDED))
    assert set(ids(refunded)) == {one.id for one in hers if world.standings[one.id] == "refunded"}
    # Were his membership handed to her, what he paid would stay his.
    his = Bills(subscription_ids=(str(world.his.stripe_subscription_id),))
    assert await world.walk(Wanted(bills=his)) == []
    assert await world.walk(Wanted(bills=his, standing=Standing.REFUNDED)) == []


async def test_a_purchase_finds_its_payment(world: HistoryWorld) -> None:
    alone = next(one for one in await world.walk() if one.invoice is None)
    bills = Bills(payment_intent_id=alone.payment.stripe_payment_intent_id)
    assert ids(await world.walk(Wanted(bills=bills))) == [alone.id]


async def test_a_part_of_a_number_finds_the_invoice_and_no_wildcard_does(
    world: HistoryWorld,
) -> None:
    wanted = next(one for one in await world.walk() if one.invoice)
    async with world.db.unit_of_work() as session:
        await session.execute(
            update(Invoice).where(Invoice.id == wanted.id).values(number="NWA_7-0042")
        )
    for typed in ("nwa_7-0042", "0042", " R-NWA_7-0042 ", "_7-"):
        found = await world.walk(Wanted(number=number_part(typed)))
        assert ids(found) == [wanted.id]
    for typed in ("NWA%0042", "NWA__-0042", "nothing"):
        assert await world.walk(Wanted(number=number_part(typed))) == []


async def test_what_arrives_is_counted_and_moves_nothing(world: HistoryWorld) -> None:
    before = await world.page()
    top = before.entries[0].id
    for minutes in (1, 2):
        await one_more(world.db, world.hers.customer, NOW + timedelta(minutes=minutes))
    after = await world.page(top=top)
    assert ids(after.entries) == ids(before.entries)
    assert (after.arrived, after.older) == (2, before.older)
    assert (await world.page()).entries[2].id == top
    second = await world.page(after=before.older)
    await one_more(world.db, world.hers.customer, NOW + timedelta(minutes=3))
    assert ids((await world.page(after=before.older)).entries) == ids(second.entries)


async def test_a_place_that_is_not_theirs_is_as_good_as_none(world: HistoryWorld) -> None:
    first = ids((await world.page()).entries)
    for foreign in (
        *sorted(world.bens)[:3],
        "inv_unknown",
        "pay_unknown",
        "",
        "' OR 1=1",
        "inv_\0",
    ):
        assert ids((await world.page(after=foreign)).entries) == first
        assert ids((await world.page(before=foreign)).entries) == first
        page = await world.page(top=foreign)
        assert (ids(page.entries), page.arrived) == (first, 0)


async def test_nobody_sees_what_another_person_was_billed(world: HistoryWorld) -> None:
    page = await world.page(actor=world.ben)
    shown = set(ids(page.entries))
    assert shown
    assert shown <= world.bens
    assert not shown & set(world.standings)
    assert {total.paid.currency for total in page.totals} == {"USD"}


async def test_totals_are_those_of_the_entries(world: HistoryWorld) -> None:
    found, page = await world.walk(), await world.page()
    for currency in ("USD", "EUR"):
        own = [one for one in found if one.invoice and one.invoice.currency == currency]
        alone = [one.payment for one in found if one.invoice is None]
        paid = sum(one.invoice.amount_paid_minor for one in own if one.invoice)
        paid += sum(
            one.amount_minor
            for one in alone
            if one.currency == currency and one.status == "succeeded"
        )
        overall = next(
            one for one in page.totals if one.year is None and one.paid.currency == currency
        )
        assert overall.paid == Money(paid, currency)
        years = [one for one in page.totals if one.year and one.paid.currency == currency]
        assert sum(one.paid.minor for one in years) == paid
        assert sum(one.unpaid.minor for one in years) == overall.unpaid.minor > 0
    one_year = await world.page(Wanted(year=2025))
    assert {total.year for total in one_year.totals} == {2025}
    assert [total.paid for total in one_year.totals] == [
        total.paid for total in page.totals if total.year == 2025
    ]
