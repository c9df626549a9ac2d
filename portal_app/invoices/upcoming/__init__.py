"""What will be charged next, as the provider computed it: stored, so that no page has to ask."""
