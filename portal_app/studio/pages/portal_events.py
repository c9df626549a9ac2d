"""What the page of the portal's policies calls."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.ui.parts.types import Events, Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEvents:
    """*note* takes a setting's name and text, *switch* a name and whether it is on.

    *choose* takes a product, *inherit* a setting. Of lists: *add* takes the setting, *keep* and
    *remove* the setting and a line's key, *move* whether up as well, *note_cell* the column and the
    text as well.
    """

    note: Events
    switch: Events
    choose: Events
    inherit: Events
    add: Events
    keep: Events
    remove: Events
    move: Events
    note_cell: Events
    save: Events
    publish: Events
    discard: Events
    restore: Events
    busy: Flag
