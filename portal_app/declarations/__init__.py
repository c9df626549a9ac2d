"""Cancelling and withdrawing without signing in, as laws ask for: what somebody declared, and why.

Whoever declares is told the same whether we know them or not: what a declaration is about is looked
up afterwards, by the jobs loop (docs/decisions).
"""
