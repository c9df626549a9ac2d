"""The page with the provider's fields, driven as somebody who types and presses does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

FRAME = 'iframe[title="Secure payment input frame"]'
BANK = 'iframe[title="Your bank\'s page"]'
VISA = "4242424242424242"
AMEX = "378282246310005"
DECLINED = "4000000000000002"
CHALLENGED = "4000002760003184"
IBAN = "DE89370400440532013000"


@dataclass(frozen=True)
class PaymentPage:
    page: Page

    @property
    def fields(self) -> FrameLocator:
        return self.page.frame_locator(FRAME)

    @property
    def submit(self) -> Locator:
        return self.page.get_by_role("button", name="Add payment method")

    @property
    def problem(self) -> Locator:
        """What is read aloud when it did not work."""
        return self.page.locator(".payment-form [role=alert]")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="3D Secure")

    @property
    def bank(self) -> FrameLocator:
        return self.page.frame_locator(BANK)

    def wait(self) -> PaymentPage:
        # A whole document, its socket, the provider's script and its frame.
        expect(self.submit).to_be_enabled(timeout=15_000)
        return self

    def type_card(self, number: str, *, code: str = "123") -> PaymentPage:
        self.fields.get_by_label("Card number").fill(number)
        self.fields.get_by_label("Expiration date").fill("1239")
        self.fields.get_by_label("Security code").fill(code)
        return self

    def type_account(self, iban: str, name: str, email: str) -> PaymentPage:
        self.fields.get_by_role("radio", name="SEPA Direct Debit").check()
        self.fields.get_by_label("IBAN").fill(iban)
        self.fields.get_by_label("Full name").fill(name)
        self.fields.get_by_label("Email").fill(email)
        return self

    def add(self, number: str, **more: Any) -> PaymentPage:
        self.wait().type_card(number, **more).submit.click()
        return self

    def answer_bank(self, verdict: str) -> None:
        """*verdict* is `Approve` or `Fail`."""
        self.bank.get_by_role("button", name=verdict).click()
