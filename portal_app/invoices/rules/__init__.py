"""Pure decisions about what was billed."""
