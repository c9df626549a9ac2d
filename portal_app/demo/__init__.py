"""The demo world: its Stripe side through the sandbox's API, then the portal's side of it."""
