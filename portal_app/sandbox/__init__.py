"""A Stripe-shaped server of our own: engine, wire format, persistence.

It knows nothing of the portal. `create_app` is the server, `read_clock` its persisted now.
"""

from portal_app.sandbox.http.app import create_app
from portal_app.sandbox.store import read_clock

__all__ = ["create_app", "read_clock"]
