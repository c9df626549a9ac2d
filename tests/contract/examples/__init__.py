"""Importing this registers every example."""

from tests.contract.examples import invoices, methods, reads, subscriptions

__all__ = ["invoices", "methods", "reads", "subscriptions"]
