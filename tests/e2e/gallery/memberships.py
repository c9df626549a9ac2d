"""One membership: its page in every state, and each flow below it."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.gallery.deeds import resumed_with_bank
from tests.e2e.gallery.scene import ADA, Scene, member
from tests.e2e.gallery.world import World

_ONE: Final = "/billing/manage/{member_id}/"
STATES: Final = (
    *("active", "trialing", "past_due", "canceling", "paused", "completed", "canceled", "yearly"),
)


def _shopper(name: str) -> str:
    return f"{name}@shoppers.example"


def _why(page: Page, world: World) -> None:
    page.get_by_text("Tell us why (optional)").click()


def _code(page: Page, world: World) -> None:
    page.get_by_text("Enter a code").or_(page.get_by_text("promotion")).first.click()


def _declined(page: Page, world: World) -> None:
    page.get_by_role("button", name="Pay $").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing has been charged.")).to_be_visible()


def _bad_address(page: Page, world: World) -> None:
    page.get_by_label("Email of the new holder").fill("nonsense@")
    page.get_by_label("Note (optional)").fill("It is yours now. " * 12)
    page.get_by_role("button", name="Offer transfer").click()
    expect(page.locator(".field-error").first).to_be_visible()


def _quoted(page: Page, world: World) -> None:
    page.get_by_role("radio", name="Pro").check()
    page.get_by_role("button", name="See what it costs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change to Pro?")


def _flow(flow: str, *states: str) -> list[Scene]:
    route = f"{_ONE}{flow}/"
    return [Scene(f"{flow}-{one}", route, ADA, member(one, f"{flow}/")) for one in states]


SCENES: Final = (
    *[Scene(f"membership-{one}", _ONE, ADA, member(one)) for one in STATES],
    Scene("membership-will-pause", _ONE, _shopper("rester"), lambda world: world.resting),
    Scene("membership-will-change", _ONE, _shopper("planner"), lambda world: world.planned),
    Scene("membership-given-away", _ONE, _shopper("donor"), lambda world: world.given_away),
    Scene("membership-unknown", _ONE, ADA, "/billing/manage/mber_0000000000000000000000/"),
    *_flow("payment-method", "active", "paused", "completed"),
    *_flow("cancel", "active", "trialing", "past_due", "canceling", "paused", "completed"),
    Scene("cancel-why", f"{_ONE}cancel/", ADA, member("active", "cancel/"), _why),
    *_flow("undo", "canceling", "active"),
    *_flow("pause", "active", "trialing", "past_due", "canceling", "paused", "canceled"),
    Scene(
        "pause-planned",
        f"{_ONE}pause/",
        _shopper("rester"),
        lambda world: f"{world.resting}pause/",
    ),
    Scene(
        "pause-confirm",
        f"{_ONE}pause/",
        _shopper("waker"),
        lambda world: world.once(resumed_with_bank),
    ),
    *_flow("plan", "active", "past_due", "completed"),
    Scene("plan-quoted", f"{_ONE}plan/", ADA, member("active", "plan/"), _quoted),
    Scene(
        "plan-planned", f"{_ONE}plan/", _shopper("planner"), lambda world: f"{world.planned}plan/"
    ),
    *_flow("pay", "past_due", "active"),
    Scene("pay-declined", f"{_ONE}pay/", _shopper("debtor"), lambda world: world.debtor, _declined),
    *_flow("rejoin", "canceled", "active"),
    *_flow("transfer", "active", "past_due", "completed"),
    Scene("transfer-refused", f"{_ONE}transfer/", ADA, member("active", "transfer/"), _bad_address),
    Scene(
        "transfer-offered",
        f"{_ONE}transfer/",
        _shopper("giver"),
        lambda world: world.offer_link and f"{world.manage('giver')}transfer/",
        dated=True,
    ),
)
