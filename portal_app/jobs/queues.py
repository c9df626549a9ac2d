"""Which tables are queues, and who handles their rows."""

from __future__ import annotations

from portal_app.jobs.loop import JobLoop
from portal_app.jobs.queue import Queue
from portal_app.notifications import outbox
from portal_app.notifications.delivery import Delivery
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.transports import choose_transport
from portal_app.settings import Settings


def outbox_queue(settings: Settings) -> Queue[OutboxMessage]:
    """The outbox, delivered by the transport of *settings*; ValueError when they name none."""
    return Queue(OutboxMessage, "sent_at", Delivery(choose_transport(settings)))


def mail_loop(settings: Settings) -> JobLoop:
    """The loop that sends mail, woken by each append of this process."""
    return JobLoop((outbox_queue(settings),), signals=(outbox.listen,))
