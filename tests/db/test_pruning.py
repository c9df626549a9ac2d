"""What is thrown away, what never is, and that it goes by in small steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel

from portal_app.api.models import IdempotentRequest
from portal_app.identity.actor import ActorKind
from portal_app.identity.models import (
    Device,
    LoginCode,
    LoginSession,
    OidcAttempt,
    SignInRemoval,
    StepUp,
)
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.invoices.upcoming.models import PreviewFailure
from portal_app.jobs import pruning, queues
from portal_app.jobs.pruning import prune
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage, SandboxMail
from tests.conftest import Clocks
from tests.factories import make_person
from tests.rows import NOW, all_of, number

DAY = timedelta(days=1)
Make = Callable[..., SQLModel]


def event(**over: Any) -> InboxEvent:
    given = {"received_at": NOW, "due_at": NOW, **over}
    return InboxEvent(stripe_event_id=f"evt_{number()}", type="customer.updated", **given)


def mail(**over: Any) -> OutboxMessage:
    given = {"created_at": NOW, "due_at": NOW, **over}
    return OutboxMessage(kind="x", recipient="ada@example.com", **given)


def intent(**over: Any) -> Intent:
    if "done_at" in over:
        over["outcome"] = IntentOutcome.DONE
    who = {"actor_kind": ActorKind.CUSTOMER, "actor_id": "user_ada"}
    given = {"created_at": NOW, "due_at": NOW, "asked_at": NOW, **over}
    return Intent(kind="x", about=f"mem_{number()}", **who, **given)


def idempotent(**over: Any) -> IdempotentRequest:
    which = {"owner": "apik_1", "key": f"key{number()}", "digest": "d"}
    return IdempotentRequest(leased_until=NOW, **which, **over)


def failure(**over: Any) -> PreviewFailure:
    return PreviewFailure(stripe_subscription_id=f"sub_{number()}", attempts=1, **over)


def code(**over: Any) -> LoginCode:
    which = {"link_digest": f"link{number()}", "browser_digest": f"browser{number()}"}
    return LoginCode(address="a@b.co", address_key="a@b.co", created_at=NOW, **which, **over)


def session_of_ada(**over: Any) -> LoginSession:
    times = {"created_at": NOW, "last_seen_at": NOW}
    return LoginSession(person_id="user_ada", token_digest=f"token{number()}", **times, **over)


def device_of_ada(**over: Any) -> Device:
    which = {"token_digest": f"device{number()}", "first_seen_at": NOW}
    return Device(person_id="user_ada", **which, **over)


def attempt(**over: Any) -> OidcAttempt:
    secrets = {"browser_digest": "b", "nonce": "n", "code_verifier": "v"}
    given = {"provider": "op", "state_digest": f"state{number()}", "created_at": NOW, **secrets}
    return OidcAttempt(**given, **over)


def step_up_of_ada(**over: Any) -> StepUp:
    which = {"session_id": "sess_1", "purpose": "transfer", "digest": "d", "facts": {}}
    given = {"back": "/", "address": "ada@example.com", "code_sent_at": NOW, **which, **over}
    return StepUp(person_id="user_ada", **given)


def removal_of_ada(**over: Any) -> SignInRemoval:
    return SignInRemoval(person_id="user_ada", address="old@example.com", **over)


def sandbox_mail(**over: Any) -> SandboxMail:
    words = {"subject": "s", "text": "t", "html": "h"}
    return SandboxMail(id=f"mail_{number()}", recipient="ada@example.com", **words, **over)


async def keep(db: Database, *rows: SQLModel) -> None:
    async with db.unit_of_work() as session:
        if any(hasattr(row, "person_id") for row in rows):
            await make_person(session, id="user_ada")
        session.add_all(rows)


@pytest.mark.parametrize(
    ("make", "since", "days"),
    [
        (event, "handled_at", 35),
        (mail, "sent_at", 90),
        (intent, "done_at", 90),
        (idempotent, "created_at", 25 / 24),
        (failure, "retry_at", 7),
        (code, "expires_at", 1),
        (attempt, "expires_at", 1),
        (step_up_of_ada, "asked_at", 1),
        (removal_of_ada, "removed_at", 14),
        (session_of_ada, "expires_at", 30),
        (device_of_ada, "last_seen_at", 400),
    ],
)
async def test_rows_go_when_their_time_is_over_and_not_before(
    clocks: Clocks, db: Database, make: Make, since: str, days: float
) -> None:
    old, young = make(**{since: NOW - days * DAY}), make(**{since: NOW - days * DAY + DAY / 24})
    await keep(db, old, young)
    assert await prune(db) == 0
    clocks.wall.advance(timedelta(seconds=1))
    assert await prune(db) == 1
    assert [row.id for row in await all_of(db, type(young))] == [young.id]  # type: ignore[attr-defined]


async def test_what_was_given_up_or_still_waits_is_never_thrown_away(
    clocks: Clocks, db: Database
) -> None:
    old = {"due_at": NOW - 400 * DAY}
    await keep(db, event(dead_at=NOW - 400 * DAY, **old), event(**old))
    await keep(db, mail(dead_at=NOW - 400 * DAY, **old), mail(**old))
    await keep(db, intent(dead_at=NOW - 400 * DAY, **old), intent(**old))
    assert await prune(db) == 0


async def test_the_sandboxs_mailbox_keeps_its_newest(
    clocks: Clocks, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MAILS_KEPT", 3)
    await keep(db, *[sandbox_mail(created_at=NOW - age * DAY) for age in range(5)])
    assert await prune(db) == 2
    left = await all_of(db, SandboxMail)
    assert sorted(NOW - row.created_at for row in left) == [0 * DAY, 1 * DAY, 2 * DAY]


async def test_many_go_in_batches_and_the_rest_next_time(
    clocks: Clocks, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    monkeypatch.setattr(pruning, "MOST_BATCHES", 2)
    await keep(db, *[event(handled_at=NOW - 36 * DAY) for _ in range(7)])
    assert [await prune(db), await prune(db), await prune(db)] == [4, 3, 0]


async def test_the_housekeeping_loop_prunes(clocks: Clocks, db: Database) -> None:
    await keep(db, event(handled_at=wall_now() - 36 * DAY))
    for timer in queues.housekeeping_loop().timers:
        await timer.run_if_due()
    assert await all_of(db, InboxEvent) == []
