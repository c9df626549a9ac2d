"""The whole adapter: listings, single objects, and every change that the portal makes."""

from __future__ import annotations

from portal_app.provider.stripe.verbs.coupons import CouponVerbs
from portal_app.provider.stripe.verbs.documents import DocumentVerbs
from portal_app.provider.stripe.verbs.finding import FindVerbs
from portal_app.provider.stripe.verbs.handover import HandoverVerbs
from portal_app.provider.stripe.verbs.invoices import InvoiceVerbs
from portal_app.provider.stripe.verbs.methods import MethodVerbs
from portal_app.provider.stripe.verbs.pauses import PauseVerbs
from portal_app.provider.stripe.verbs.plans import PlanVerbs
from portal_app.provider.stripe.verbs.rejoining import RejoinVerbs
from portal_app.provider.stripe.verbs.subscriptions import SubscriptionVerbs


class StripeWriter(
    MethodVerbs,
    SubscriptionVerbs,
    PlanVerbs,
    PauseVerbs,
    HandoverVerbs,
    CouponVerbs,
    RejoinVerbs,
    InvoiceVerbs,
    FindVerbs,
    DocumentVerbs,
):
    """`PaymentWriter` as well as `ObjectSource` and `PaymentProvider`."""
