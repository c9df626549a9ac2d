"""Customers and what they pay with, as the portal changes them: a part of `PaymentWriter`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from portal_app.provider.answers import HostedPage, PageSetup, SetupFacts
from portal_app.provider.facts import CustomerFacts, PaymentMethodFacts, TaxIdFacts


class MethodWriter(Protocol):
    """All raise as `PaymentWriter` does."""

    async def create_customer(
        self, *, email: str, name: str, metadata: Mapping[str, str], key: str
    ) -> CustomerFacts: ...

    async def update_customer(
        self, customer_id: str, details: Mapping[str, object], *, key: str
    ) -> CustomerFacts:
        """*details* are Stripe's: `name`, `business_name`, `individual_name`, `address`, ….

        An empty text takes a value away.
        """
        ...

    async def set_default_payment_method(
        self, customer_id: str, method_id: str, *, key: str
    ) -> CustomerFacts: ...

    async def attach_payment_method(
        self, method_id: str, customer_id: str, *, key: str
    ) -> PaymentMethodFacts: ...

    async def update_payment_method(
        self, method_id: str, details: Mapping[str, object], *, key: str
    ) -> PaymentMethodFacts:
        """*details* are Stripe's `billing_details`, `card` (expiry only) and `metadata`."""
        ...

    async def detach_payment_method(self, method_id: str, *, key: str) -> PaymentMethodFacts: ...

    async def create_setup_intent(
        self, customer_id: str, *, metadata: Mapping[str, str], key: str
    ) -> SetupFacts:
        """For charges without the customer (`usage=off_session`)."""
        ...

    async def confirm_setup(
        self,
        customer_id: str,
        *,
        method_id: str | None,
        token: str | None,
        return_url: str,
        metadata: Mapping[str, str],
        key: str,
    ) -> SetupFacts:
        """Save what a confirmation *token* describes, or verify a method that is on file.

        *return_url* is where the bank sends the customer back to. Raises CardDeclined.
        """
        ...

    async def cancel_setup_intent(self, intent_id: str, *, key: str) -> SetupFacts: ...

    async def create_setup_page(
        self,
        customer_id: str,
        *,
        currency: str,
        done_at: str,
        left_to: str,
        metadata: Mapping[str, str],
        key: str,
    ) -> HostedPage:
        """Checkout in mode `setup`; it returns to *done_at*, or *left_to* when it was given up.

        Stripe writes the page's id into *done_at* for `{CHECKOUT_SESSION_ID}`. *metadata* is the
        setup's.
        """
        ...

    async def setup_of_page(self, session_id: str) -> PageSetup:
        """What came of a page of `create_setup_page`."""
        ...

    async def tax_ids(self, customer_id: str) -> tuple[TaxIdFacts, ...]: ...

    async def create_tax_id(
        self, customer_id: str, kind: str, value: str, *, key: str
    ) -> TaxIdFacts: ...

    async def delete_tax_id(self, customer_id: str, tax_id: str, *, key: str) -> None:
        """One that is gone already is no error."""
        ...
