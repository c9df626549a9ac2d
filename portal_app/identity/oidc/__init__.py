"""Signing in through others: OpenID Connect, and OAuth where that is all there is."""
