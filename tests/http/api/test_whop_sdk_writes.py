"""Payment methods, setups and the method of a membership through Whop's own SDK, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from whop_sdk import Whop
from whop_sdk.core.api_error import ApiError
from whop_sdk.core.request_options import RequestOptions
from whop_sdk.errors import BadRequestError, ForbiddenError, NotFoundError
from whop_sdk.types.setup_intent import SetupIntent
from whop_sdk.types.setup_status import SetupStatus

from tests.http.api.billed import KINDS, Billed, billed, confirmation_token
from tests.http.api.serving import ORIGIN, ROOT, Served
from tests.provider.sandbox_server import SandboxServer

ONCE: RequestOptions = {"max_retries": 0}


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, module_database_url: str
) -> Iterator[tuple[Served, SandboxServer]]:
    with billed(tmp_path_factory.mktemp("writes"), module_database_url) as running:
        yield running


@pytest.fixture
def world(running: tuple[Served, SandboxServer]) -> Billed:
    world: Billed = running[0].world
    return world


@pytest.fixture
def sdk(running: tuple[Served, SandboxServer], world: Billed) -> Whop:
    return running[0].sdk(world.key)


@pytest.fixture
def readonly(running: tuple[Served, SandboxServer], world: Billed) -> Whop:
    return running[0].sdk(world.readonly_key)


def token(running: tuple[Served, SandboxServer], method: str = "pm_card_mastercard") -> str:
    return confirmation_token(running[1].client(), method)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_can_be_stored_is_parsed(readonly: Whop, world: Billed, kind: str) -> None:
    one = readonly.payment_methods.retrieve(world.methods[kind], member_id=world.member_id)
    assert (one.typename, one.payment_method_type) == (KINDS[kind], kind)
    listed = readonly.payment_methods.list(payment_method_types=[kind], account_id="biz_northwind")
    assert one.id in {item.id for item in listed}
    assert {item.payment_method_type for item in listed} == {kind}
    assert type(one).model_fields.keys() <= one.model_fields_set


def test_icons_are_files_of_ours(readonly: Whop, world: Billed) -> None:
    for name in world.methods.values():
        icons = readonly.payment_methods.retrieve(name).icons
        for shape in (icons.card, icons.square):
            for files in (shape.light, shape.dark):
                for url in (files.svg, files.png1x, files.png2x, files.png4x):
                    assert url.startswith(f"{ORIGIN}/icons/")
                    assert (ROOT / "assets" / url.removeprefix(f"{ORIGIN}/")).is_file()


def test_each_filter(readonly: Whop, world: Billed) -> None:
    def ids(**query: Any) -> set[str]:
        return {one.id for one in readonly.payment_methods.list(first=3, **query)}

    everything, cards = ids(), {world.methods["card"], world.visa}
    assert set(world.methods.values()) | cards <= everything
    assert ids(member_id=world.member_id) == everything
    assert ids(member_id="mber_unknown") == ids(account_id="biz_lumen") == set()
    assert ids(card_brands=["visa"]) == everything - {world.methods["card"]}
    assert ids(card_funding_types=["credit"]) >= everything - cards
    assert ids(expired=True) == set()
    assert ids(expired=False) == ids(direction="asc") == everything
    assert ids(has_payer_document=False) == everything
    assert ids(has_payer_document=True) == everything - cards
    for refused in ({"broken": True}, {"future_usage": "off_session"}):
        with pytest.raises(BadRequestError):
            ids(**refused)


def test_a_membership_is_charged_to_a_new_method(
    running: tuple[Served, SandboxServer], sdk: Whop, world: Billed
) -> None:
    made = sdk.setup_intents.create(
        account_id="biz_northwind",
        confirmation_token=token(running),
        email="ada@example.com",
        metadata={"order": "7"},
    )
    assert (made.status, made.metadata) == ("succeeded", {"order": "7"})
    changed = sdk.memberships.update(world.membership_id, payment_method_id=made.payment_method_id)
    assert (changed.id, changed.member_id) == (world.membership_id, world.member_id)
    (sub,) = running[1].client().v1.subscriptions.list({"customer": world.cus}).data
    on_file = running[1].client().v1.payment_methods.retrieve(str(sub.default_payment_method))
    assert on_file.card is not None
    assert on_file.card.brand == "mastercard"
    with pytest.raises(ApiError) as caught:
        sdk.payment_methods.delete_payment_method(str(made.payment_method_id), request_options=ONCE)
    assert (caught.value.status_code, caught.value.body["error"]["code"]) == (
        409,
        "payment_method_in_use",
    )


def test_an_unused_method_is_deleted(
    running: tuple[Served, SandboxServer], sdk: Whop, world: Billed
) -> None:
    made = sdk.setup_intents.create(
        account_id="biz_northwind",
        confirmation_token=token(running, "pm_card_amex"),
        email="ada@example.com",
    )
    name = str(made.payment_method_id)
    assert sdk.payment_methods.delete_payment_method(name, member_id=world.member_id) is True
    with pytest.raises(NotFoundError):
        sdk.payment_methods.retrieve(name)


def test_a_setup_and_its_status(running: tuple[Served, SandboxServer], sdk: Whop) -> None:
    made = sdk.setup_intents.create(
        account_id="biz_northwind",
        confirmation_token=token(running, "pm_card_threeDSecure2Required"),
        email="ada@example.com",
        return_url="https://northwind.example/done",
    )
    assert made.status == "requires_action"
    assert set(SetupIntent.model_fields) <= made.model_fields_set
    assert sdk.setup_intents.retrieve(made.id) == made
    buyer = running[0].sdk(str(made.client_secret))
    status = buyer.setup_intents.retrieve_status(made.id)
    assert set(SetupStatus.model_fields) <= status.model_fields_set
    assert status == sdk.setup_intents.retrieve_status(made.id)
    assert status.next_action is not None
    assert status.next_action.type == "redirect"
    assert status.next_action.data.url.startswith(running[1].origin)
    moved = buyer.setup_intents.update_return_url(made.id, return_url="https://b.example/")
    assert (moved.return_url, moved.status) == ("https://b.example/", "requires_action")
    with pytest.raises(ApiError) as caught:
        buyer.setup_intents.retrieve(made.id)
    assert caught.value.status_code == 401
    listed = list(sdk.setup_intents.list(status="requires_action", first=1))
    assert [(one.id, one.client_secret) for one in listed] == [(made.id, None)]


def test_a_key_that_reads_changes_nothing(readonly: Whop, sdk: Whop, world: Billed) -> None:
    name = world.methods["card"]
    for refused in (
        lambda: readonly.payment_methods.delete_payment_method(name),
        lambda: readonly.memberships.update(world.membership_id, payment_method_id=name),
        lambda: readonly.setup_intents.create(account_id="biz_northwind", payment_method_id=name),
    ):
        with pytest.raises((ForbiddenError, ApiError)) as caught:
            refused()
        assert caught.value.status_code == 403
        assert caught.value.body["error"]["code"] == "missing_scope"
    for setup in sdk.setup_intents.list():
        assert readonly.setup_intents.retrieve(setup.id).client_secret is None


def test_an_idempotency_key_as_the_sdk_sends_it(
    running: tuple[Served, SandboxServer], sdk: Whop
) -> None:
    options: RequestOptions = {"additional_headers": {"Idempotency-Key": "order-9"}}
    given: dict[str, Any] = {
        "account_id": "biz_northwind",
        "confirmation_token": token(running, "pm_card_discover"),
        "email": "ada@example.com",
    }
    first = sdk.setup_intents.create(**given, request_options=options)
    assert sdk.setup_intents.create(**given, request_options=options) == first
    with pytest.raises(ApiError) as caught:
        sdk.setup_intents.create(**given, currency="usd", request_options=options)
    assert caught.value.status_code == 422


def test_a_transfer_is_one_link_for_whoever_opens_it(
    sdk: Whop, readonly: Whop, world: Billed
) -> None:
    """Asked for again while it is open, it is the same; no table holds it."""
    links = {
        sdk.memberships.transfer(name).url
        for name in (world.membership_id, world.membership_id, world.member_id)
    }
    (link,) = links
    assert re.fullmatch(rf"{ORIGIN}/transfer/[0-9a-f]{{64}}/", link)
    with pytest.raises(ForbiddenError):
        readonly.memberships.transfer(world.membership_id, request_options=ONCE)
    refused = []
    for name in ("mem_unknown", "mber_unknown", world.foreign):
        with pytest.raises(NotFoundError) as caught:
            sdk.memberships.transfer(name, request_options=ONCE)
        refused.append(caught.value.body)
    assert refused[0] == refused[1] == refused[2]
