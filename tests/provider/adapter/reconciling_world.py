"""A small account in this process, a copy of it, and the days on which nothing arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import MetaData

from portal_app.ingest.reconciling import Reconciled, read_everything, reconcile
from portal_app.kit import clock
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.contents import sync_engine
from tests.provider.adapter.account import add_companies, imported
from tests.provider.adapter.chaos import SandboxClock, Story
from tests.provider.adapter.copies import Copy, copied
from tests.provider.adapter.inbox_world import drain
from tests.provider.adapter.inprocess import InProcessObjects
from tests.provider.sandbox.shop import DAY


class Outage:
    """Ada's subscription has been imported; then something happens and we hear nothing of it."""

    def __init__(self, db: Database, clocks: Clocks) -> None:
        self.db, self.clocks = db, clocks
        self.story = Story(Random(1))
        self.shop, self.api = self.story.shop, self.story.api
        self.source = InProcessObjects(self.story.account)
        clock.install(business=SandboxClock(self.story.account))
        self.ada = self.shop.customer()
        self.subscription = self.shop.subscribe(self.ada, self.story.monthly[0])

    async def imported(self, since: datetime | None = None) -> None:
        self.tick()
        await read_everything(self.source, self.db, since=since, progress=lambda _kind, _seen: None)

    def tick(self, by: timedelta = timedelta(minutes=1)) -> None:
        self.clocks.wall.advance(by)

    def wait(self, days: float) -> None:
        """Both clocks."""
        self.story.wait(int(days * DAY))
        self.tick(timedelta(days=days))

    def much_happens(self) -> None:
        """In three days: a second customer, another card, a refund, a draft thrown away, an end."""
        ben = self.shop.customer(email="ben@example.com")
        ending = self.shop.subscribe(ben, self.story.monthly[1])
        draft = self.api.invoices.create({"customer": ben, "auto_advance": False})
        self.wait(1)
        self.shop.set_default(self.ada, self.shop.attach(self.ada, "pm_card_mastercard"))
        paid = self.api.payment_intents.list({"customer": self.ada}).data[0]
        self.api.refunds.create({"payment_intent": paid.id, "amount": 500})
        self.wait(1)
        self.api.invoices.delete(draft.id)
        self.api.subscriptions.cancel(ending.id)
        self.api.customers.delete(ben)
        self.shop.subscribe(self.shop.customer("pm_card_createDispute"), self.story.monthly[0])
        self.wait(1)

    async def reconciled(self, *, full: bool = False) -> Reconciled:
        self.tick()
        done = await reconcile(self.source, self.db, full=full)
        self.tick()
        await drain(self.source)
        return done

    async def as_imported(self, folder: Path, template: Path) -> Copy:
        """What an import into a new database makes of the account."""
        async with another(folder, template) as database:
            await imported(self.source, database)
            return await copied(database)

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Every row that is here, but for the time at which somebody looked."""
        engine, metadata = sync_engine(self.db.url.render_as_string(False)), MetaData()
        metadata.reflect(engine)
        with engine.connect() as connection:
            found = {
                name: [
                    {**row, "observed_at": None}
                    for row in connection.execute(table.select()).mappings()
                ]
                for name, table in metadata.tables.items()
                if name != "reconciliations"
            }
        engine.dispose()
        return {name: sorted(rows, key=repr) for name, rows in found.items()}


@asynccontextmanager
async def another(folder: Path, template: Path) -> AsyncIterator[Database]:
    path = folder / "another.db"
    path.write_bytes(template.read_bytes())
    database = Database(f"sqlite+aiosqlite:///{path}")
    await add_companies(database)
    try:
        yield database
    finally:
        await database.close()
