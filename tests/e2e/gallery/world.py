"""A portal of the gallery's own, its people's pages, and what has to be done first for some."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.debtors import debtor
from tests.e2e.shoppers import Shopper, new_shopper
from tests.portal_server import Portal, running_portal
from tests.provider.sandbox_server import SandboxServer

# Milliseconds for what asks the provider on a busy machine.
PATIENCE = 20_000


class World:
    """Pages are kept open, one for each person; what a property needs is done when first asked."""

    def __init__(self, portal: Portal, watch: Watch, stack: ExitStack) -> None:
        self.portal = portal
        self.watch = watch
        self._stack = stack
        self._pages: dict[tuple[str, str], Page] = {}
        self._shoppers: dict[str, Shopper] = {}
        # Everybody signs in once, or a list of sessions would depend on who was looked at before.
        self._cookies: dict[str, dict[str, str]] = {}
        self._once: dict[Callable[[World], str], str] = {}

    def once(self, make: Callable[[World], str]) -> str:
        """What *make* made of this world when it was first asked."""
        if make not in self._once:
            self._once[make] = make(self)
        return self._once[make]

    def page_of(self, email: str, locale: str = "en-GB") -> Page:
        key = (email, locale)
        if key not in self._pages:
            self._pages[key] = self.another_page_of(email, locale)
        return self._pages[key]

    def another_page_of(self, email: str, locale: str) -> Page:
        """In the same session as all the others that are looked at."""
        if email and email not in self._cookies:
            self._cookies[email] = dict(self.portal.sign_in(email).cookies)
        return self._page(self._cookies.get(email, {}), locale)

    def new_page(self, email: str) -> Page:
        """In a session of its own: confirming a step renews it."""
        return self._page(dict(self.portal.sign_in(email).cookies) if email else {}, "en-GB")

    def _page(self, cookies: dict[str, str], locale: str) -> Page:
        context = self.watch.new_context(locale=locale)
        origin = self.portal.origin
        context.add_cookies([{"name": n, "value": v, "url": origin} for n, v in cookies.items()])
        return context.new_page()

    def shopper(self, name: str, **given: Any) -> Shopper:
        """Somebody with a card and one membership; the same one whenever asked."""
        if name not in self._shoppers:
            made = self._stack.enter_context(new_shopper(self.portal, name, **given))
            self._shoppers[name] = made
        return self._shoppers[name]

    def manage(self, name: str, **given: Any) -> str:
        (path,) = self.shopper(name, **given).manage_urls()
        return path

    def one(self, statement: str, *values: str) -> str:
        """The first value that *statement* finds."""
        return str(self.row(statement, *values)[0])

    def row(self, statement: str, *values: str) -> tuple[Any, ...]:
        with closing(sqlite3.connect(self.portal.data_dir / "portal.db")) as connection:
            found: tuple[Any, ...] = connection.execute(statement, values).fetchone()
            return found

    @contextmanager
    def away(self) -> Iterator[None]:
        """The provider answers nobody."""
        sandbox = SandboxServer(f"{self.portal.origin}/sandbox/stripe")
        broken = [{"kind": "500", "times": 100_000}]
        sandbox.raw("POST", "/_sandbox/faults", json={"answers": broken}).raise_for_status()
        try:
            yield
        finally:
            sandbox.raw("POST", "/_sandbox/faults", json={}).raise_for_status()
            sandbox.close()

    def write(self, statement: str, *values: str) -> None:
        with closing(sqlite3.connect(self.portal.data_dir / "portal.db", timeout=20)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def billed(self, condition: str, what: str = "invoices.id") -> str:
        """*what* of Ada's newest invoice for which *condition* holds of it or its payment."""
        return self.one(
            f"SELECT {what} FROM invoices JOIN customers ON customers.id = invoices.customer_id"  # noqa: S608 -- the scenes' own words
            f" LEFT JOIN payments ON payments.invoice_id = invoices.id WHERE email_key = ?"
            f" AND {condition} ORDER BY issued_at DESC, invoices.id LIMIT 1",
            "ada@example.com",
        )

    def mailed(self, to: str, part: str) -> str:
        """The path with *part* in the newest mail to *to* that has one."""
        page = self.page_of("")
        for _ in range(100):
            for mail in self.portal.mails(to):
                for word in mail["text"].split():
                    if part in word:
                        return word.removeprefix(self.portal.origin)
            page.wait_for_timeout(100)
        raise AssertionError(f"no mail to {to} has a link with {part}")

    @cached_property
    def offer_link(self) -> str:
        """Where *taker* can accept what *giver* offered."""
        return self.offer("giver", self.shopper("taker").email)

    def offer(self, giver: str, recipient: str) -> str:
        page = self.offered(giver, recipient)
        link = page.get_by_label("Their link")
        expect(link).to_be_visible(timeout=PATIENCE)
        path = link.input_value().removeprefix(self.portal.origin)
        page.close()
        return path

    def offered(self, giver: str, recipient: str) -> Page:
        email = self.shopper(giver).email
        page = self.new_page(email)
        page.goto(f"{self.manage(giver)}transfer/")
        page.get_by_label("Email of the new holder").fill(recipient)
        self.confirmed(page, "Offer transfer", email)
        page.get_by_role("button", name="Offer transfer").click()
        return page

    @cached_property
    def given_away(self) -> str:
        """The page of what *donor* gave to *heir*."""
        path = self.manage("donor")
        page = self.new_page(self.shopper("heir").email)
        page.goto(self.offer("donor", self.shopper("heir").email))
        page.get_by_role("button", name="Accept").click()
        page.wait_for_url("**/billing/manage/**", timeout=PATIENCE)
        page.close()
        return path

    @cached_property
    def confirmation(self) -> str:
        """The confirmation of *leaver*'s cancellation, as a page."""
        page = self.new_page(self.shopper("leaver").email)
        page.goto(f"{self.manage('leaver')}cancel/")
        page.get_by_role("button", name="Cancel membership").click()
        link = page.get_by_role("link", name="Download confirmation")
        found = str(link.get_attribute("href")).partition("?")
        page.close()
        return f"{found[0].removesuffix('.pdf')}/{found[1]}{found[2]}"

    def recipient_link(self, inviter: str) -> str:
        """What an accountant gets whom *inviter* named."""
        accountant = f"{inviter}@accounts.example"
        if not self.portal.mails(accountant):
            page = self.new_page(self.shopper(inviter).email)
            page.goto("/billing/details/")
            page.get_by_role("textbox", name="Email of your accountant").fill(accountant)
            page.get_by_role("button", name="Add recipient").click()
            expect(page.get_by_text("Waiting for confirmation")).to_be_visible(timeout=PATIENCE)
            page.close()
        return self.mailed(accountant, "/recipients/")

    @cached_property
    def primary_undo(self) -> str:
        """What *mover* gets at the old address when another one has become primary."""
        first = self.shopper("mover").email
        other = f"work.{first}"
        page = self.new_page(first)
        page.goto("/account/")
        page.get_by_role("textbox", name="Email").fill(other)
        self.confirmed(page, "Add email", first)
        page.get_by_role("textbox", name="Code").fill(self.portal.code_for(other))
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("is part of your account now")).to_be_visible(timeout=PATIENCE)
        self.confirmed(page, f"Make {other} primary", first)
        expect(page.get_by_text("is your primary email")).to_be_visible(timeout=PATIENCE)
        page.close()
        return self.mailed(first, "/login/undo/")

    def confirmed(self, page: Page, button: str, email: str) -> None:
        """Press what asks for a step-up, and type the code."""
        known = len(self.portal.mails(email))
        page.get_by_role("button", name=button).click()
        page.get_by_label("Code").fill(self.portal.code_for(email, known=known, seconds=60))
        page.get_by_role("button", name="Confirm").click()

    def declare(self, kind: str, email: str, contract: str) -> None:
        """On the page of Northwind that needs no account."""
        page = self.new_page("")
        page.goto(f"/{kind}/northwind/")
        page.get_by_role("textbox", name="Your name").fill("Somebody")
        page.get_by_role("textbox", name="Email").fill(email)
        page.get_by_role("textbox", name="Which contract").fill(contract)
        page.get_by_role("button", name="Cancel now").or_(
            page.get_by_role("button", name="Confirm withdrawal")
        ).click()
        expect(page.get_by_role("link", name="Open as PDF")).to_be_visible(timeout=PATIENCE)
        page.close()

    @cached_property
    def undo_link(self) -> str:
        """The way back of somebody who cancelled by the page that needs no account."""
        email = self.shopper("statutory").email
        self.portal.sign_in(email)  # so that there is an address on file
        self.declare("cancel", email, "my club")
        return self.mailed(email, "/cancel/undo/")

    @cached_property
    def planned(self) -> str:
        """The membership of *planner*, whose cheaper plan begins with the next period."""
        shopper = self.shopper("planner", memberships=0)
        prices = shopper.client.v1.prices.list({"limit": 100}).data
        pro = next(one.id for one in prices if (one.unit_amount, one.currency) == (5900, "usd"))
        shopper.client.v1.subscriptions.create({"customer": shopper.cus, "items": [{"price": pro}]})
        page = self.new_page(shopper.email)
        for _ in range(200):
            if shopper.manage_urls():
                break
            page.wait_for_timeout(100)
        (path,) = shopper.manage_urls()
        page.goto(f"{path}plan/")
        page.get_by_role("radio", name="Monthly").check()
        page.get_by_role("button", name="See what it costs").click()
        page.get_by_role("button", name="Change plan on ").click()
        expect(page.get_by_role("main")).to_contain_text("Your plan changes on ", timeout=PATIENCE)
        # Until the provider has said what it will charge, the page shows an estimate.
        page.goto(path)
        expect(page.get_by_role("main")).to_contain_text("As of ", timeout=PATIENCE)
        page.close()
        return path

    @cached_property
    def debtor(self) -> str:
        """Where *debtor* pays for what the card declines."""
        return self._stack.enter_context(debtor(self.portal, "debtor@shoppers.example")).page

    @cached_property
    def resting(self) -> str:
        """The membership of *rester*, which will pause."""
        path = self.manage("rester", trial_days=0)
        page = self.new_page(self.shopper("rester").email)
        page.goto(f"{path}pause/")
        page.get_by_role("button", name="Pause membership").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("will pause", timeout=PATIENCE)
        page.close()
        return path


@contextmanager
def gallery_world(browser: Browser, data_dir: Path) -> Iterator[World]:
    with running_portal(data_dir) as portal, ExitStack() as stack:
        watch = Watch(browser, portal.origin)
        stack.callback(watch.close)
        yield World(portal, watch, stack)
