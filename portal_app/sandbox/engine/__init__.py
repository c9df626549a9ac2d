"""The account's rules: pure Python over an explicit clock, no I/O and no HTTP."""
