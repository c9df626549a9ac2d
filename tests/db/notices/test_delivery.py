"""A mail server that is away, or an address that bounces, loses no notice and holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import aiosmtplib
import pytest

from portal_app.jobs.loop import JobLoop
from portal_app.jobs.queue import LONGEST_PAUSE, MAX_ATTEMPTS, Queue
from portal_app.notifications.delivery import Delivery
from portal_app.notifications.mails import Mail
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.transports import Undeliverable, choose_transport
from portal_app.settings import Settings
from tests.conftest import Clocks
from tests.draining import drain_all
from tests.notice_world import NoticeWorld
from tests.operators.smtp_server import MailServer, running_mail_server

ADA, BEN = "ada@example.com", "ben@example.com"


class Server:
    """Is away, or refuses an address for good."""

    def __init__(self) -> None:
        self.away = False
        self.bounces = ""
        self.sent: list[tuple[str, str]] = []

    async def send(self, message: OutboxMessage, mail: Mail) -> None:
        if self.away:
            raise aiosmtplib.SMTPConnectError("nobody answers")
        if message.recipient == self.bounces:
            raise Undeliverable("550 no such mailbox")
        self.sent.append((message.recipient, mail.subject))


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


async def deliver(server: Any) -> int:
    return await drain_all(JobLoop((Queue(OutboxMessage, "sent_at", Delivery(server)),)))


async def test_an_outage_loses_nothing(world: NoticeWorld, clocks: Clocks, settings: Any) -> None:
    server = Server()
    server.away = True
    await world.paid(world.hers)
    await world.paid(world.his)
    await world.look()
    for _ in range(MAX_ATTEMPTS - 1):
        assert await deliver(server) == 2
        clocks.wall.advance(LONGEST_PAUSE * 1.3)
        await world.look()
    server.away = False
    assert await deliver(server) == 2
    assert sorted(recipient for recipient, _ in server.sent) == [ADA, BEN]
    assert await deliver(server) == 0


async def test_a_bounce_is_kept_and_holds_up_nobody(
    world: NoticeWorld, clocks: Clocks, settings: Any
) -> None:
    server = Server()
    server.bounces = ADA
    await world.paid(world.hers)
    await world.paid(world.his)
    await world.look()
    assert await deliver(server) == 2
    assert [recipient for recipient, _ in server.sent] == [BEN]
    (dead,) = [mail for mail in await world.mails() if mail.dead_at]
    assert (dead.recipient, dead.sent_at) == (ADA, None)
    assert "550" in dead.last_error
    clocks.wall.advance(timedelta(days=1))
    assert await world.look() == 0, "it is not told a second time: an operator replays it"


async def test_what_is_paid_during_an_outage_is_no_longer_demanded(
    world: NoticeWorld, clocks: Clocks, settings: Any
) -> None:
    server = Server()
    invoice = await world.failed(world.his)
    await world.look()
    paid = {"amount_paid_minor": 2900, "amount_remaining_minor": 0}
    await world.change(invoice, status="paid", paid_at=clocks.business.at, **paid)
    await world.change(world.his.membership, stripe_status="active")
    assert await deliver(server) == 1
    assert server.sent == []


async def test_it_goes_over_a_real_connection(
    world: NoticeWorld, settings: Any, mail_server: MailServer
) -> None:
    await world.paid(world.hers)
    await world.look()
    transport = choose_transport(
        Settings(
            portal_smtp_url=mail_server.url(),  # type: ignore[arg-type]
            portal_mail_from="Billing <billing@example.com>",
        )
    )
    await deliver(transport)
    (mail,) = mail_server.mails
    assert mail["To"] == ADA
    assert str(mail["Subject"]).startswith("Beleg von ")
    assert mail["Auto-Submitted"] == "auto-generated"
