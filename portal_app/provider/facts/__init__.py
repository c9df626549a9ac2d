"""What the provider says, in our words: frozen values, money as Money, times as aware UTC.

Ids are the provider's own (`cus_…`, `sub_…`); rows of ours are never mentioned here.
"""

from portal_app.provider.facts.billing import (
    DisputeFacts,
    InvoiceFacts,
    InvoiceLineFacts,
    PartyFacts,
    PaymentFacts,
    RefundFacts,
    TaxFacts,
)
from portal_app.provider.facts.catalog import (
    CheckoutFacts,
    CheckoutLineFacts,
    PriceFacts,
    ProductFacts,
)
from portal_app.provider.facts.customers import (
    CustomerFacts,
    DeletedCustomer,
    PaymentMethodFacts,
    TaxIdFacts,
)
from portal_app.provider.facts.pages import (
    WHOLE,
    ListParams,
    Page,
)
from portal_app.provider.facts.subscriptions import (
    ItemFacts,
    ScheduledChange,
    SubscriptionFacts,
)

__all__ = [
    "WHOLE",
    "CheckoutFacts",
    "CheckoutLineFacts",
    "CustomerFacts",
    "DeletedCustomer",
    "DisputeFacts",
    "InvoiceFacts",
    "InvoiceLineFacts",
    "ItemFacts",
    "ListParams",
    "Page",
    "PartyFacts",
    "PaymentFacts",
    "PaymentMethodFacts",
    "PriceFacts",
    "ProductFacts",
    "RefundFacts",
    "ScheduledChange",
    "SubscriptionFacts",
    "TaxFacts",
    "TaxIdFacts",
]
