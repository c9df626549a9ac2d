"""A Stripe-shaped server of our own: engine, wire format, persistence.

It knows nothing of the portal. `create_app` is the server, `served_at` says where one runs,
`read_clock` is the account's persisted now.
"""

from portal_app.sandbox.claim import AccountInUse, served_at
from portal_app.sandbox.http.app import create_app
from portal_app.sandbox.store import read_clock

__all__ = ["AccountInUse", "create_app", "read_clock", "served_at"]
