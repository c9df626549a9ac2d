"""The last step of the walk: a developer reads the same membership over the API."""

from __future__ import annotations

import httpx
from whop_sdk import Whop
from whop_sdk.environment import WhopEnvironment

from tests.portal_server import Portal


def test_the_real_sdk_reads_the_same_membership(portal: Portal) -> None:
    active = portal.membership("active")
    base = portal.listing["api_base"]
    with httpx.Client() as http:
        whop = Whop(
            environment=WhopEnvironment(api=base, vault=base),
            token=portal.listing["readonly_api_key"],
            httpx_client=http,
        )
        membership = whop.memberships.retrieve(active["id"])
    assert membership.manage_url == active["manage_url"]
    assert membership.status == "active"
    assert membership.product.title == "Trading Room"
    assert membership.renewal_price is not None
    assert membership.renewal_price.amount == "29.00"
