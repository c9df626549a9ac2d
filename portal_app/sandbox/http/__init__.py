"""Stripe's wire format over the engine."""
