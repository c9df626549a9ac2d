"""Webhook endpoints: where events are to be sent, and the secret that signs them."""

from typing import Any
from urllib.parse import urlsplit

from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    """The only answer that ever shows the signing secret, as at Stripe."""
    for name in ("url", "enabled_events"):
        if not params.get(name):
            raise required(name)
    endpoint: Obj = {
        "id": world.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": world.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "status": "enabled",
        "url": _checked_url(params["url"]),
        "_secret": f"whsec_{world.token(32)}",
    }
    world.add(endpoint)
    return {**present(world, endpoint), "secret": endpoint["_secret"]}


def update(world: World, endpoint_id: str, params: Params) -> Obj:
    world.get("webhook_endpoint", endpoint_id)
    if "url" in params:
        _checked_url(params["url"])
    with world.changing(endpoint_id) as endpoint:
        if "metadata" in params:
            endpoint["metadata"] = merge_metadata(endpoint["metadata"], params.pop("metadata"))
        if "disabled" in params:
            endpoint["status"] = "disabled" if params.pop("disabled") else "enabled"
        endpoint.update(params)
    return endpoint


def delete(world: World, endpoint_id: str) -> Obj:
    endpoint = world.get("webhook_endpoint", endpoint_id)
    world.edit(endpoint_id)["deleted"] = True
    return endpoint


def _checked_url(url: str) -> str:
    """Stripe also refuses addresses that it can't reach; the sandbox reaches loopback."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.", param="url"
        )
    return url
