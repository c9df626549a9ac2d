"""Invoices and receipts as documents: a plain value, from which PDF and page are made."""
