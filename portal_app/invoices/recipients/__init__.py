"""Addresses that get somebody's receipts too, such as an accountant's."""
