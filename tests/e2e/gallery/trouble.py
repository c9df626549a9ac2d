"""What is seen rarely: long names, German's longer words, waiting, and a provider that is away."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.gallery.deeds import endless, endless_invoice
from tests.e2e.gallery.scene import ADA, CLEO, DAN, NOBODY, Path, Scene, member
from tests.e2e.gallery.world import PATIENCE, World

_ONE: Final = "/billing/manage/{member_id}/"
_HISTORY: Final = "/billing/history/"
_ENDLESS: Final = "endless@shoppers.example"


def _below(rest: str) -> Path:
    return lambda world: f"{world.once(endless)}{rest}"


def _sold(world: World) -> str:
    member_id = world.once(endless).split("/")[3]
    found = world.one("SELECT membership_id FROM members WHERE id = ?", member_id)
    return f"/studio/memberships/{found}/"


LONG: Final = (
    Scene("long-orders", "/orders/", _ENDLESS, lambda world: world.once(endless) and "/orders/"),
    Scene("long-membership", _ONE, _ENDLESS, _below("")),
    *[
        Scene(f"long-{flow}", f"{_ONE}{flow}/", _ENDLESS, _below(f"{flow}/"))
        for flow in ("cancel", "pause", "plan", "payment-method", "transfer")
    ],
    Scene("long-upcoming", "/billing/upcoming/", _ENDLESS, "/billing/upcoming/"),
    Scene("long-history", _HISTORY, _ENDLESS, _HISTORY),
    Scene(
        "long-invoice",
        f"{_HISTORY}{{entry_id}}/",
        _ENDLESS,
        lambda world: f"{_HISTORY}{world.once(endless_invoice)}/",
    ),
    Scene(
        "long-paper",
        "/invoices/{document_id}/",
        _ENDLESS,
        lambda world: f"/invoices/{world.once(endless_invoice)}/",
    ),
    Scene("long-studio-membership", "/studio/memberships/{membership_id}/", CLEO, _sold),
)


def _german(name: str, route: str, who: str, path: Path, *, dated: bool = False) -> Scene:
    return Scene(f"de-{name}", route, who, path, locale="de-DE", dated=dated)


# What is densest, and what carries the longest words.
GERMAN: Final = (
    _german("login", "/login/", NOBODY, "/login/"),
    _german("cancel-form", "/cancel/{route}/", NOBODY, "/cancel/lumen/"),
    _german("orders", "/orders/", ADA, "/orders/"),
    _german("membership-past_due", _ONE, ADA, member("past_due")),
    _german("cancel-active", f"{_ONE}cancel/", ADA, member("active", "cancel/")),
    _german("pause-active", f"{_ONE}pause/", ADA, member("active", "pause/")),
    _german("plan-active", f"{_ONE}plan/", ADA, member("active", "plan/")),
    _german("upcoming", "/billing/upcoming/", ADA, "/billing/upcoming/"),
    _german("history", _HISTORY, ADA, _HISTORY),
    _german("details", "/billing/details/", ADA, "/billing/details/"),
    _german("methods", "/payment-methods/", ADA, "/payment-methods/"),
    _german("account", "/account/", ADA, "/account/", dated=True),
    _german("studio", "/studio/", DAN, "/studio/"),
    _german("studio-brand", "/studio/brand/", DAN, "/studio/brand/"),
    _german("studio-portal", "/studio/portal/", DAN, "/studio/portal/"),
)


def _never_answered(page: Page, world: World) -> None:
    def silent(socket: WebSocketRoute) -> None:
        """Kept open, and nothing comes."""

    page.route_web_socket(re.compile(r"/_event"), silent)


def _about_to_end(page: Page, world: World) -> None:
    page.route("**/auth/session", lambda route: route.fulfill(json={"seconds": 100, "final": 0}))


def _looked_at(page: Page, world: World) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_visible()


def _pauses(page: Page, world: World) -> None:
    page.get_by_role("button", name="Pause membership").click()
    expect(page.get_by_role("main")).to_contain_text("isn't answering", timeout=PATIENCE)


def _noted(page: Page, world: World) -> None:
    page.get_by_role("button", name="Cancel membership").click()
    expect(page.get_by_role("main")).to_contain_text("Your cancellation is noted", timeout=PATIENCE)


def _behind_another(page: Page, world: World) -> None:
    page.goto(f"{world.manage('hasty', trial_days=0)}pause/")
    _pauses(page, world)
    page.goto(f"{world.manage('hasty')}cancel/")
    _noted(page, world)


WAITING: Final = (
    *[
        Scene(f"{name}-loading", route, ADA, path, prepare=_never_answered, loading=True)
        for name, route, path in (
            ("orders", "/orders/", "/orders/"),
            ("membership", _ONE, member("active")),
            ("history", _HISTORY, _HISTORY),
        )
    ],
    Scene(
        "session-ends",
        "/orders/",
        ADA,
        "/orders/",
        _looked_at,
        prepare=_about_to_end,
        whole=True,
    ),
)
# Last of all, since each leaves what is sent again later.
AWAY: Final = (
    Scene(
        "cancel-noted",
        f"{_ONE}cancel/",
        "patient@shoppers.example",
        lambda world: f"{world.manage('patient')}cancel/",
        _noted,
        away=True,
    ),
    Scene(
        "membership-noted",
        _ONE,
        "patient@shoppers.example",
        lambda world: world.manage("patient"),
        away=True,
    ),
    Scene(
        "cancel-queued",
        f"{_ONE}cancel/",
        "hasty@shoppers.example",
        lambda world: f"{world.manage('hasty', trial_days=0)}cancel/",
        _behind_another,
        away=True,
    ),
    Scene(
        "pause-queued",
        f"{_ONE}pause/",
        "hasty@shoppers.example",
        lambda world: f"{world.manage('hasty')}pause/",
        away=True,
    ),
)
