"""The classes of `assets/portal.css` that are API for stylesheets of creators."""

from __future__ import annotations

from typing import Final

# What may be dressed. Words that a law asks for, alerts and what ends a contract are not among it.
CLASSES: Final = {
    "back": "the link above a title",
    "brand": "the name in the header",
    "bullets": "lists of sentences",
    "button-primary": "the main button",
    "button-surface": "other buttons",
    "card": "every panel",
    "card-subtitle": "the sentence below a panel's title",
    "card-title": "a panel's title",
    "fact": "one row of label and value",
    "facts": "rows of labels and values",
    "fold": "what opens at a press",
    "header": "the bar on top",
    "lead": "the first sentence of a page",
    "muted": "quiet sentences",
    "page-head": "title and subtitle of a page",
    "page-subtitle": "the sentence below a page's title",
    "page-title": "a page's title",
    "stack": "what stands below each other",
    "table": "tables",
    "timeline": "what happened, by date",
}
