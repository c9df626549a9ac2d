"""Handing a membership on to another account."""
