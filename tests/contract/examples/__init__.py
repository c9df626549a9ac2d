"""Importing this registers every example."""

from tests.contract.examples import beginnings, invoices, methods, reads, subscriptions

__all__ = ["beginnings", "invoices", "methods", "reads", "subscriptions"]
