"""Customers, payment methods, setup intents, tax ids."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from portal_app.provider.answers import HostedPage, PageSetup, SetupFacts
from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import WHOLE, CustomerFacts, PaymentMethodFacts, TaxIdFacts
from portal_app.provider.stripe.customers import payment_method_facts, tax_id_facts
from portal_app.provider.stripe.setups import (
    hosted_page,
    page_setup,
    setup_facts,
)
from portal_app.provider.stripe.verbs.posting import Posting
from portal_app.provider.stripe_objects import named


class MethodVerbs(Posting):
    """`MethodWriter`."""

    async def create_customer(
        self, *, email: str, name: str, metadata: Mapping[str, str], key: str
    ) -> CustomerFacts:
        params = {"email": email, "name": name, "metadata": dict(metadata)}
        return await self._customer_after("/v1/customers", params, key)

    async def update_customer(
        self, customer_id: str, details: Mapping[str, object], *, key: str
    ) -> CustomerFacts:
        return await self._customer_after(f"/v1/customers/{named(customer_id)}", details, key)

    async def set_default_payment_method(
        self, customer_id: str, method_id: str, *, key: str
    ) -> CustomerFacts:
        settings = {"invoice_settings": {"default_payment_method": method_id}}
        return await self.update_customer(customer_id, settings, key=key)

    async def attach_payment_method(
        self, method_id: str, customer_id: str, *, key: str
    ) -> PaymentMethodFacts:
        path = f"/v1/payment_methods/{named(method_id)}/attach"
        return payment_method_facts(await self._post(path, {"customer": customer_id}, key))

    async def update_payment_method(
        self, method_id: str, details: Mapping[str, object], *, key: str
    ) -> PaymentMethodFacts:
        path = f"/v1/payment_methods/{named(method_id)}"
        return payment_method_facts(await self._post(path, details, key))

    async def detach_payment_method(self, method_id: str, *, key: str) -> PaymentMethodFacts:
        path = f"/v1/payment_methods/{named(method_id)}/detach"
        return payment_method_facts(await self._post(path, {}, key))

    async def create_setup_intent(
        self, customer_id: str, *, metadata: Mapping[str, str], key: str
    ) -> SetupFacts:
        params = {
            "customer": customer_id,
            "usage": "off_session",
            "automatic_payment_methods": {"enabled": True},
            "metadata": dict(metadata),
        }
        return setup_facts(await self._post("/v1/setup_intents", params, key))

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
        given = {"confirmation_token": token} if token else {"payment_method": method_id}
        params = {
            "customer": customer_id,
            "usage": "off_session",
            "automatic_payment_methods": {"enabled": True},
            "confirm": True,
            "return_url": return_url,
            "metadata": dict(metadata),
            **given,
        }
        return setup_facts(await self._post("/v1/setup_intents", params, key))

    async def cancel_setup_intent(self, intent_id: str, *, key: str) -> SetupFacts:
        path = f"/v1/setup_intents/{named(intent_id)}/cancel"
        return setup_facts(await self._post(path, {}, key))

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
        params = {
            "mode": "setup",
            "customer": customer_id,
            "currency": currency.lower(),
            "success_url": done_at,
            "cancel_url": left_to,
            "setup_intent_data": {"metadata": dict(metadata)},
        }
        return hosted_page(await self._post("/v1/checkout/sessions", params, key))

    async def setup_of_page(self, session_id: str) -> PageSetup:
        path = f"/v1/checkout/sessions/{named(session_id)}"
        return page_setup(await self._one(path, "setup_intent"))

    async def tax_ids(self, customer_id: str) -> tuple[TaxIdFacts, ...]:
        listing = self._list(f"/v1/customers/{named(customer_id)}/tax_ids")
        return tuple(
            [one async for page in listing.pages(tax_id_facts, WHOLE) for one in page.facts]
        )

    async def create_tax_id(
        self, customer_id: str, kind: str, value: str, *, key: str
    ) -> TaxIdFacts:
        path = f"/v1/customers/{named(customer_id)}/tax_ids"
        return tax_id_facts(await self._post(path, {"type": kind, "value": value}, key))

    async def delete_tax_id(self, customer_id: str, tax_id: str, *, key: str) -> None:
        path = f"/v1/customers/{named(customer_id)}/tax_ids/{named(tax_id)}"
        with suppress(UnknownAtProvider):
            await self._delete(path, {}, key)
