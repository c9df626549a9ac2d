from typing import Any

import pytest
import stripe

from tests.provider.sandbox.shop import Shop


@pytest.fixture
def shop(client: stripe.StripeClient) -> Shop:
    return Shop(client)


@pytest.fixture
def schedules(shop: Shop) -> Any:
    return shop.client.v1.subscription_schedules
