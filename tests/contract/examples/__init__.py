"""Importing this registers every example."""

from tests.contract.examples import handover, invoices, methods, reads, subscriptions

__all__ = ["handover", "invoices", "methods", "reads", "subscriptions"]
