"""Notices: what happened or is about to happen to a membership, told to its people by mail, once.

`watch` finds what there is to tell and appends it to the outbox, `letters` writes the mail when it
is sent. Each kind is one module of `kinds/` (docs/decisions/0016).
"""
