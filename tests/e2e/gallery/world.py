"""A portal of the gallery's own, its people's pages, and what has to be done first for some."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.debtors import debtor
from tests.e2e.shoppers import Shopper, new_shopper
from tests.portal_server import Portal, running_portal

# Milliseconds for what asks the provider on a busy machine.
PATIENCE = 20_000
# The demo's clock stands still, but a queue shows the oldest first.
_ONE_AFTER_ANOTHER: Final = (
    "UPDATE declarations SET asked_at = (SELECT strftime('%Y-%m-%d %H:%M:%S.000000', '2026-11-16'"
    " || ' 09:0' || (SELECT count(*) FROM declarations AS earlier"
    " WHERE earlier.due_at < declarations.due_at)))"
)


class World:
    """Pages are kept open, one for each person; what a property needs is done when first asked."""

    def __init__(self, portal: Portal, watch: Watch, stack: ExitStack) -> None:
        self.portal = portal
        self.watch = watch
        self._stack = stack
        self._pages: dict[str, Page] = {}
        self._shoppers: dict[str, Shopper] = {}

    def page_of(self, email: str) -> Page:
        if email not in self._pages:
            self._pages[email] = self.new_page(email)
        return self._pages[email]

    def new_page(self, email: str) -> Page:
        context = self.watch.new_context(locale="en-GB")
        if email:
            cookies = self.portal.sign_in(email).cookies.items()
            origin = self.portal.origin
            context.add_cookies([{"name": n, "value": v, "url": origin} for n, v in cookies])
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

    def _write(self, statement: str, *values: str) -> None:
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
        page = self._offered(giver, recipient)
        link = page.get_by_label("Their link")
        expect(link).to_be_visible(timeout=PATIENCE)
        path = link.input_value().removeprefix(self.portal.origin)
        page.close()
        return path

    def _offered(self, giver: str, recipient: str) -> Page:
        email = self.shopper(giver).email
        page = self.new_page(email)
        page.goto(f"{self.manage(giver)}transfer/")
        page.get_by_label("Email of the new holder").fill(recipient)
        self._confirmed(page, "Offer transfer", email)
        page.get_by_role("button", name="Offer transfer").click()
        return page

    @cached_property
    def waits_for_seller(self) -> str:
        """Where *asker* sees that the company has to approve of the transfer to *taker*."""
        path = self.manage("asker")
        self._ask_the_seller_about(path.split("/")[3])
        page = self._offered("asker", self.shopper("taker").email)
        expect(page.get_by_role("button", name="Withdraw offer")).to_be_visible(timeout=PATIENCE)
        page.close()
        return f"{path}transfer/"

    def _ask_the_seller_about(self, member_id: str) -> None:
        """Of this one product only: the others' transfers need nobody's word."""
        product, company = self.row(
            "SELECT products.id, products.company_id FROM members"
            " JOIN memberships ON memberships.id = members.membership_id"
            " JOIN products ON products.id = memberships.product_id WHERE members.id = ?",
            member_id,
        )
        body = json.dumps({"products": {product: {"transfer": {"mode": "approval"}}}})
        self._write(
            "INSERT INTO portal_configurations"
            " (id, company_id, version, body, author_id, created_at)"
            " SELECT 'pcfg_gallery', ?, 1 + coalesce(max(version), 0), ?, '',"
            " '2026-11-16 09:00:00.000000' FROM portal_configurations WHERE company_id = ?",
            *(company, body, company),
        )

    @cached_property
    def declared(self) -> str:
        """What no rule decides: which of two, nobody's, and money that goes back."""
        self.portal.sign_in(self.shopper("doubter", memberships=2).email)
        self.portal.sign_in(self.shopper("buyer", trial_days=0).email)
        self._declare("cancel", self.shopper("doubter").email, "It is one of my clubs. " * 12)
        self._declare("cancel", "stranger@shoppers.example", "my club")
        self._declare("withdraw", self.shopper("buyer").email, "Club 1")
        page = self.page_of("")
        for _ in range(200):
            if self.one("SELECT count(*) FROM declarations WHERE finding IS NULL") == "0":
                self._write(_ONE_AFTER_ANOTHER)
                return self.waits_for_seller and ""
            page.wait_for_timeout(100)
        raise AssertionError("the declarations were not looked at")

    def _declare(self, kind: str, email: str, contract: str) -> None:
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
    def given_away(self) -> str:
        """The page of what *donor* gave to *heir*."""
        path = self.manage("donor")
        page = self.new_page(self.shopper("heir").email)
        page.goto(self.offer("donor", self.shopper("heir").email))
        page.get_by_role("button", name="Accept").click()
        expect(page).to_have_url(lambda url: "/billing/manage/" in url, timeout=PATIENCE)
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
        self._confirmed(page, "Add email", first)
        page.get_by_role("textbox", name="Code").fill(self.portal.code_for(other))
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("is part of your account now")).to_be_visible(timeout=PATIENCE)
        self._confirmed(page, f"Make {other} primary", first)
        expect(page.get_by_text("is your primary email")).to_be_visible(timeout=PATIENCE)
        page.close()
        return self.mailed(first, "/login/undo/")

    def _confirmed(self, page: Page, button: str, email: str) -> None:
        """Press what asks for a step-up, and type the code."""
        known = len(self.portal.mails(email))
        page.get_by_role("button", name=button).click()
        page.get_by_label("Code").fill(self.portal.code_for(email, known=known))
        page.get_by_role("button", name="Confirm").click()

    @cached_property
    def undo_link(self) -> str:
        """The way back of somebody who cancelled by the page that needs no account."""
        email = self.shopper("statutory").email
        self.portal.sign_in(email)  # so that there is an address on file
        self._declare("cancel", email, "my club")
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
