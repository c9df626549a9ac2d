"""A tab's state tree, and somebody signed in who looks at it."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx
from reflex.constants import RouteArgType

from portal_app.identity.actor import actor_now
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import actor_of, make_person


@pytest.fixture
def root(clocks: Clocks) -> rx.State:
    rx.State.setup_dynamic_args(
        {
            "member_id": RouteArgType.SINGLE,
            "entry_id": RouteArgType.SINGLE,
            "membership_id": RouteArgType.SINGLE,
        }
    )
    return rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]


@pytest.fixture
async def ada(db: Database) -> Any:
    async with db.unit_of_work() as session:
        person = await make_person(session)
    token = actor_now.set(actor_of(person))
    yield person
    actor_now.reset(token)
