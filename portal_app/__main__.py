"""`python -m portal_app`: the `portal` command without its script."""

from portal_app.cli import main

main()
