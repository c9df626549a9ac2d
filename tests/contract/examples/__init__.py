"""Importing this registers every example."""

from tests.contract.examples import (
    beginnings,
    handover,
    invoices,
    methods,
    pausing,
    reads,
    subscriptions,
)

__all__ = ["beginnings", "handover", "invoices", "methods", "pausing", "reads", "subscriptions"]
