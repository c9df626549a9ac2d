"""A restart loses nothing: objects, clock, answers to idempotency keys, the order of ids."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stripe
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from portal_app.sandbox import create_app, read_clock
from portal_app.sandbox.store import Store
from tests.provider.conftest import START
from tests.provider.sandbox import bookkeeping
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import HEADERS, SandboxServer, serve_sandbox


def _everything(server: SandboxServer) -> list[dict[str, object]]:
    paths = ("customers", "subscriptions?status=all", "invoices", "charges", "events", "prices")
    found = []
    for path in paths:
        mark = "&" if "?" in path else "?"
        answer = server.raw("GET", f"/v1/{path}{mark}limit=100")
        text = answer.text.replace(server.origin, "")
        found.append(json.loads(text))
    return found


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with serve_sandbox(path) as server:
        server.advance_to(START)
        shop = Shop(server.client())
        late = shop.customer()
        subscription = shop.subscribe(late)
        shop.set_default(late, shop.attach(late, "pm_card_chargeCustomerFail"))
        server.advance(29 * DAY)
        first = shop.client.v1.customers.create({"name": "K"}, {"idempotency_key": "k"})
        before = _everything(server)
    with serve_sandbox(path) as server:
        shop.client = server.client()
        assert server.now() == START + 29 * DAY
        after = _everything(server)
        # A snapshot in an event keeps the address at which it was made, as a record does.
        assert [page for page in after if "evt_" not in str(page)] == [
            page for page in before if "evt_" not in str(page)
        ]
        assert len(after[4]["data"]) == len(before[4]["data"])
        again = shop.client.v1.customers.create({"name": "K"}, {"idempotency_key": "k"})
        assert again.id == first.id
        # The retries go on where they were.
        server.advance(7 * DAY)
        assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
        assert shop.customer() != late


def test_the_clock_can_be_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    assert read_clock(path) is None
    with serve_sandbox(path) as server:
        server.advance_to(START)
        assert read_clock(path) == datetime(2024, 1, 31, 12, tzinfo=UTC)
        Shop(server.client())
        server.advance(DAY)
        assert read_clock(path) == datetime(2024, 2, 1, 12, tzinfo=UTC)
    # Nobody holds the file open any more.
    assert read_clock(path) == datetime(2024, 2, 1, 12, tzinfo=UTC)
    with serve_sandbox(path) as server:
        server.reset()
        assert read_clock(path) is None


def test_a_file_without_tables_has_no_clock(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    sqlite3.connect(path).close()
    path.touch()
    assert read_clock(path) is None


def test_a_failed_request_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with serve_sandbox(path) as server:
        shop = Shop(server.client())

        def rows() -> list[tuple[object, ...]]:
            connection = sqlite3.connect(path)
            try:
                return connection.execute("SELECT id, body FROM objects ORDER BY id").fetchall()
            finally:
                connection.close()

        before = rows()
        with pytest.raises(stripe.InvalidRequestError):
            shop.client.v1.customers.create({"name": "half", "payment_method": "pm_card_nothing"})
        assert rows() == before


def test_mounted_under_a_path_its_links_keep_the_path() -> None:
    outer = Starlette(routes=[Mount("/sandbox/stripe", create_app(None))])
    with TestClient(outer, base_url="http://portal.example") as client:
        session = _checkout(client)
        assert session["url"].startswith("http://portal.example/sandbox/stripe/pages/checkout/")
        assert client.get("/sandbox/stripe/v1/elsewhere", headers=HEADERS).status_code == 501


def _checkout(client: TestClient) -> dict[str, str]:
    def post(path: str, data: dict[str, str]) -> dict[str, str]:
        answer = client.post(f"/sandbox/stripe/v1/{path}", data=data, headers=HEADERS)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    product = post("products", {"name": "Room"})["id"]
    price = post("prices", {"product": product, "currency": "usd", "unit_amount": "900"})["id"]
    return post(
        "checkout/sessions",
        {
            "mode": "payment",
            "line_items[0][price]": price,
            "line_items[0][quantity]": "1",
            "success_url": "https://shop.example/",
        },
    )


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_process_that_dies_while_it_writes_has_done_all_or_nothing(
    tmp_path: Path, after: int
) -> None:
    account = Account(tmp_path / "account" / "sandbox.db", now=START)
    shop = Shop(account.client)
    subscription = shop.subscribe(shop.customer())
    died = account.crash(lambda: shop.client.v1.subscriptions.cancel(subscription.id), after=after)
    status = account.world.objects[subscription.id]["status"]
    assert (died, status) == ((True, "active") if after < 3 else (False, "canceled"))
    bookkeeping.check(account.world)
    account.close()


def test_what_could_not_be_written_has_not_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(tmp_path / "sandbox.db", now=START)
    shop = Shop(account.client)
    known = set(account.world.objects)

    def full(*_args: object, **_keywords: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "save", full)
        with pytest.raises(OSError, match="disk full"):
            shop.customer(None)
    assert set(account.world.objects) == known
    assert shop.customer(None) in account.world.objects
    account.close()
