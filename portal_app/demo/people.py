"""Verbs of the demo's story, each one or two calls of Stripe's API."""

from typing import Literal

import stripe

from portal_app.demo.control import SandboxControl

TEST_IBAN = "DE89370400440532013000"  # Stripe's documented test IBAN


class Storyteller:
    """Customers, their payment methods and what they buy. Ids are returned as text."""

    def __init__(self, client: stripe.StripeClient, control: SandboxControl) -> None:
        self._api = client.v1
        self._control = control

    async def customer(self, email: str, name: str, token: str | None, *, demo: str) -> str:
        """A customer whose default is a test card; `demo` names it in the metadata."""
        customer = await self._api.customers.create_async(
            {"email": email, "name": name, "metadata": {"demo": demo}}
        )
        if token:
            await self._default(customer.id, await self.attach(customer.id, token))
        return customer.id

    async def attach(self, customer: str, token: str) -> str:
        method = await self._api.payment_methods.attach_async(token, {"customer": customer})
        return method.id

    async def card(self, customer: str, number: str, *, month: int, year: int) -> str:
        """Attach a test card by its number, for the sake of its expiry."""
        method = await self._api.payment_methods.create_async(
            {
                "type": "card",
                "card": {"number": number, "exp_month": month, "exp_year": year, "cvc": "123"},
            }
        )
        return await self.attach(customer, method.id)

    async def sepa_debit(self, customer: str, email: str, name: str) -> None:
        method = await self._api.payment_methods.create_async(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": TEST_IBAN},
                "billing_details": {"email": email, "name": name},
            }
        )
        await self._default(customer, await self.attach(customer, method.id))

    async def subscribe(
        self, customer: str, price: str, demo: str | None, *, trial_days: int = 0
    ) -> str:
        """`demo` is the state of contracts.md that the subscription stands for at the end."""
        params: stripe.params.SubscriptionCreateParams = {
            "customer": customer,
            "items": [{"price": price}],
            "metadata": {"demo": demo} if demo else {},
        }
        if trial_days:
            params["trial_period_days"] = trial_days
        return (await self._api.subscriptions.create_async(params)).id

    async def pay_with(self, subscription: str, method: str) -> None:
        await self._api.subscriptions.update_async(subscription, {"default_payment_method": method})

    async def cancel_at_period_end(self, subscription: str) -> None:
        await self._api.subscriptions.update_async(subscription, {"cancel_at_period_end": True})

    async def cancel_now(
        self,
        subscription: str,
        feedback: Literal["too_expensive", "unused"],
        comment: str,
    ) -> None:
        await self._api.subscriptions.cancel_async(
            subscription, {"cancellation_details": {"feedback": feedback, "comment": comment}}
        )

    async def pause(self, subscription: str, *, months: int) -> None:
        """From now on, until it resumes by itself."""
        length: stripe.params.SubscriptionScheduleCreateParamsPauseScheduleResumeResumeAt = {
            "type": "duration",
            "duration": {"interval": "month", "interval_count": months},
        }
        await self._api.subscription_schedules.create_async(
            {
                "from_subscription": subscription,
                "pause_schedules": [
                    {
                        "pause": {
                            "pause_at": {"type": "now"},
                            "settings": {"bill_for": {"unused_time_from": {"type": "none"}}},
                        },
                        "resume": {"resume_at": length},
                    }
                ],
            }
        )

    async def refund_latest(self, subscription: str) -> None:
        """The last invoice's payment in full: invoice → its payments → payment intent."""
        found = await self._api.subscriptions.retrieve_async(
            subscription, {"expand": ["latest_invoice.payments"]}
        )
        invoice = found.latest_invoice
        if not isinstance(invoice, stripe.Invoice) or invoice.payments is None:
            raise TypeError("The latest invoice was not expanded.")
        intent = invoice.payments.data[0].payment.payment_intent
        await self._api.refunds.create_async(
            {"payment_intent": str(intent), "reason": "requested_by_customer"}
        )

    async def buy(self, customer: str, price: str, demo: str) -> None:
        """A one-time purchase through Checkout, paid with a Visa, with an invoice."""
        mark = {"demo": demo}
        session = await self._api.checkout.sessions.create_async(
            {
                "mode": "payment",
                "customer": customer,
                "line_items": [{"price": price, "quantity": 1}],
                "invoice_creation": {"enabled": True, "invoice_data": {"metadata": mark}},
                "payment_intent_data": {"metadata": mark},
                "metadata": mark,
                "success_url": "https://northwind.example/thanks",
            }
        )
        await self._control.complete_checkout(session.id)

    async def _default(self, customer: str, method: str) -> None:
        await self._api.customers.update_async(
            customer, {"invoice_settings": {"default_payment_method": method}}
        )
