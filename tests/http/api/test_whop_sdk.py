"""Whop's own SDK against our API over real HTTP: what its users' code will meet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from whop_sdk.core.api_error import ApiError
from whop_sdk.errors import ForbiddenError, NotFoundError
from whop_sdk.types.membership import Membership

from portal_app.api.key_format import compose
from tests.contents import dump
from tests.http.api.conftest import build_world
from tests.http.api.serving import ORIGIN, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("api"), module_database_url, build_world) as served:
        yield served


def test_a_membership_by_any_of_its_names(served: Served) -> None:
    sdk, own = served.sdk(served.world.key), served.world.own
    names = (own.membership.id, own.member.id, "KEY-northwind-0001")
    first, *others = (sdk.memberships.retrieve(name) for name in names)
    assert others == [first, first]
    assert first.id == own.membership.id
    assert first.status == "active"
    assert first.member_id == own.member.id
    assert first.manage_url == f"{ORIGIN}/billing/manage/{own.member.id}/"
    assert first.member is None
    assert first.account.id == "biz_northwind"
    assert first.initial_price.amount == "29.00"


def test_every_field_that_the_sdk_declares_is_sent(served: Served) -> None:
    reply = served.sdk(served.world.readonly_key).memberships.with_raw_response.retrieve(
        served.world.own.membership.id
    )
    assert set(Membership.model_fields) <= reply.data.model_fields_set
    assert reply.headers["content-type"] == "application/json"


def test_a_missing_scope_is_forbidden(served: Served) -> None:
    with pytest.raises(ForbiddenError) as caught:
        served.sdk(served.world.manage_only_key).memberships.retrieve(
            served.world.own.membership.id
        )
    assert caught.value.body["error"] == {
        "type": "forbidden",
        "message": "This API key lacks the scope member:basic:read.",
        "code": "missing_scope",
    }


def test_unknown_and_foreign_are_not_found(served: Served) -> None:
    sdk, foreign = served.sdk(served.world.key), served.world.foreign
    for name in ("mem_unknown", foreign.membership.id, foreign.member.id, "KEY-lumen-0001"):
        with pytest.raises(NotFoundError) as caught:
            sdk.memberships.retrieve(name)
        assert caught.value.body == {
            "error": {"type": "not_found", "message": "We can't find that membership."}
        }
    assert served.sdk(served.world.foreign_key).memberships.retrieve(foreign.member.id)


def test_a_wrong_key_is_a_plain_401(served: Served) -> None:
    with pytest.raises(ApiError) as caught:
        served.sdk(compose("someone else", live=False)).memberships.retrieve("mem_1")
    assert caught.value.status_code == 401
    assert caught.value.body["error"]["type"] == "unauthorized"


def test_the_key_is_kept_nowhere(served: Served) -> None:
    key = served.world.key
    served.sdk(key).memberships.retrieve(served.world.own.membership.id)
    kept = dump(served.database_url) + served.log.read_text()
    assert key not in kept
    assert key.removeprefix("bpk_test_") not in kept
    assert "biz_northwind" in kept
