"""Importing this registers every example."""

from tests.contract.examples import invoices, methods, pausing, reads, subscriptions

__all__ = ["invoices", "methods", "pausing", "reads", "subscriptions"]
