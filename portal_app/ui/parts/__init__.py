"""The parts pages are built from. Each takes plain values or Vars; texts come from `t()`."""

from portal_app.ui.parts.actions import (
    action_row,
    button,
    document_link,
    link_button,
    native_form,
    switch_account,
    text_link,
)
from portal_app.ui.parts.addresses import named_by_address
from portal_app.ui.parts.content import (
    alert,
    amount_cell,
    badge,
    card,
    cell,
    email_text,
    empty_state,
    fact,
    fold,
    key_facts,
    muted,
    stack,
    table,
    timeline,
    timeline_entry,
)
from portal_app.ui.parts.every_language import every_language
from portal_app.ui.parts.fields import checkbox, field, radio, select_field, text_area
from portal_app.ui.parts.forms import error_summary, state_form
from portal_app.ui.parts.load_failed import load_failed
from portal_app.ui.parts.marks import method_mark
from portal_app.ui.parts.skeletons import (
    loading_text,
    skeleton_card,
    skeleton_lines,
    skeleton_page,
)

__all__ = [
    "action_row",
    "alert",
    "amount_cell",
    "badge",
    "button",
    "card",
    "cell",
    "checkbox",
    "document_link",
    "email_text",
    "empty_state",
    "error_summary",
    "every_language",
    "fact",
    "field",
    "fold",
    "key_facts",
    "link_button",
    "load_failed",
    "loading_text",
    "method_mark",
    "muted",
    "named_by_address",
    "native_form",
    "radio",
    "select_field",
    "skeleton_card",
    "skeleton_lines",
    "skeleton_page",
    "stack",
    "state_form",
    "switch_account",
    "table",
    "text_area",
    "text_link",
    "timeline",
    "timeline_entry",
]
