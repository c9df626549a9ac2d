"""Every kind of notice, by key: one module each, in the order in which a person's page lists them.

A new kind is a new module with a NOTICE; nothing else has to be told of it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from portal_app.notifications.notices.kind import NoticeKind


def _every_kind() -> list[NoticeKind]:
    names = sorted(module.name for module in iter_modules(__path__))
    found: list[NoticeKind] = [import_module(f"{__name__}.{name}").NOTICE for name in names]
    # What nobody can refuse stands first: it explains itself and asks nothing.
    return sorted(found, key=lambda kind: (not kind.locked, kind.key))


NOTICES: Final[dict[str, NoticeKind]] = {kind.key: kind for kind in _every_kind()}
