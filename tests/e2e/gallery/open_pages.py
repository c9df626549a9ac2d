"""Pages that need no account: signing in, what laws ask for, links of mails, errors, the demo's."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.gallery.scene import EVE, NOBODY, Scene
from tests.e2e.gallery.world import World

_OFFER: Final = "/transfer/{token}/"


def _refused(page: Page, world: World) -> None:
    field = page.locator("input[name=email]")
    field.evaluate("(field) => { field.type = 'text'; }")
    field.fill("nonsense")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _asked(page: Page, world: World) -> None:
    page.get_by_role("textbox", name="Email").fill("visitor@example.com")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()


def _mistyped(page: Page, world: World) -> None:
    _asked(page, world)
    page.get_by_role("textbox", name="Code").fill("12")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _link(world: World) -> str:
    page = world.page_of(NOBODY)
    page.goto("/login/")
    _asked(page, world)
    return world.mailed("visitor@example.com", "/login/link/")


def _rules(page: Page, world: World) -> None:
    page.get_by_text("Which rules this page follows").click()


def _typed(page: Page, name: str) -> None:
    page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("textbox", name="Email").fill("zoe@example.com")
    page.get_by_role("textbox", name="Which contract").fill("A" * 200)
    page.get_by_role("button", name="Cancel now").or_(
        page.get_by_role("button", name="Confirm withdrawal")
    ).click()


def _incomplete(page: Page, world: World) -> None:
    _typed(page, " ")
    expect(page.get_by_role("alert")).to_be_visible()


def _sent(page: Page, world: World) -> None:
    _typed(page, "Zoe")
    expect(page.get_by_role("link", name="Open as PDF")).to_be_visible()


def _agreed(page: Page, world: World) -> None:
    agree = page.get_by_role("button", name="Send me the receipts")
    if agree.is_visible():
        agree.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get the receipts")


def _about_to_stop(page: Page, world: World) -> None:
    _agreed(page, world)
    page.get_by_role("link", name="Stop the receipts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop the receipts")


_STATUTORY: Final = tuple(
    scene
    for kind in ("cancel", "withdraw")
    for scene in (
        Scene(f"{kind}-choose", f"/{kind}/", NOBODY, f"/{kind}/"),
        Scene(f"{kind}-form", f"/{kind}/{{route}}/", NOBODY, f"/{kind}/lumen/", _rules),
        Scene(f"{kind}-form-wrong", f"/{kind}/{{route}}/", NOBODY, f"/{kind}/lumen/", _incomplete),
        Scene(
            f"{kind}-form-sent", f"/{kind}/{{route}}/", NOBODY, f"/{kind}/lumen/", _sent, dated=True
        ),
        Scene(f"{kind}-nobodys", f"/{kind}/{{route}}/", NOBODY, f"/{kind}/nobody/"),
    )
)

SCENES: Final = (
    Scene("clock", "/sandbox/clock/", NOBODY, "/sandbox/clock/"),
    Scene("login", "/login/", NOBODY, "/login/", whole=True),
    Scene("login-refused", "/login/", NOBODY, "/login/", _refused),
    Scene("login-code", "/login/", NOBODY, "/login/?next=/account/", _asked, dated=True),
    Scene("login-code-wrong", "/login/", NOBODY, "/login/", _mistyped, dated=True),
    Scene("login-link", "/login/link/{token}/", NOBODY, _link),
    Scene("login-link-over", "/login/link/{token}/", NOBODY, "/login/link/nonsense/"),
    Scene("login-undo", "/login/undo/{token}/", NOBODY, lambda world: world.primary_undo),
    Scene("login-undo-over", "/login/undo/{token}/", NOBODY, "/login/undo/nonsense/"),
    *_STATUTORY,
    Scene(
        "cancel-undo",
        "/cancel/undo/{token}/",
        NOBODY,
        lambda world: world.undo_link,
        dated=True,
    ),
    Scene("cancel-undo-over", "/cancel/undo/{token}/", NOBODY, "/cancel/undo/nonsense/"),
    Scene(
        "confirmation",
        "/confirmations/{document_id}/",
        "leaver@shoppers.example",
        lambda world: world.confirmation,
        dated=True,
    ),
    Scene("offer", _OFFER, NOBODY, lambda world: world.offer_link, dated=True),
    Scene("offer-to-another", _OFFER, EVE, lambda world: world.offer_link, dated=True),
    Scene(
        "offer-to-me",
        _OFFER,
        "taker@shoppers.example",
        lambda world: world.offer_link,
        dated=True,
    ),
    Scene("offer-over", _OFFER, NOBODY, "/transfer/nonsense/"),
    Scene(
        "offer-stop",
        "/transfer/stop/{token}/",
        NOBODY,
        lambda world: world.offer_link and world.mailed("giver@shoppers.example", "/stop/"),
    ),
    Scene("offer-stop-over", "/transfer/stop/{token}/", NOBODY, "/transfer/stop/nonsense/"),
    Scene(
        "receipts-asked",
        "/recipients/{token}/",
        NOBODY,
        lambda world: world.recipient_link("books"),
    ),
    Scene(
        "receipts-agreed",
        "/recipients/{token}/",
        NOBODY,
        lambda world: world.recipient_link("ledger"),
        _agreed,
    ),
    Scene(
        "receipts-stop",
        "/recipients/{token}/stop/",
        NOBODY,
        lambda world: world.recipient_link("ledger"),
        _about_to_stop,
    ),
    Scene("receipts-over", "/recipients/{token}/", NOBODY, "/recipients/nonsense/"),
    Scene("page-unknown", "/no/such/page/", NOBODY, "/no/such/page/"),
    Scene(
        "mailbox",
        "/sandbox/mail/",
        NOBODY,
        lambda world: world.recipient_link("books") and "/sandbox/mail/?to=books@accounts.example",
        dated=True,
    ),
    Scene("mailbox-empty", "/sandbox/mail/", NOBODY, "/sandbox/mail/?to=none@example.com"),
)
