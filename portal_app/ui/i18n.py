"""Page text: `t("Cancel membership")` is a Var whose language is state and whose catalogue is not.

The catalogue reaches the browser as `/i18n.js` in the head: nothing of it on the socket, and a
change of language needs no build (research/reflex-patterns.md §4).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import reflex as rx
from reflex.vars import VarData
from reflex_base.utils.imports import ImportVar

from portal_app.ui.catalogue import DEFAULT_LOCALE, LOCALE_COOKIE


class LocaleState(rx.State):
    """The language of this tab. A cookie, hence the visitor's word: look it up, never trust it."""

    lang: str = rx.Cookie(DEFAULT_LOCALE, name=LOCALE_COOKIE, path="/", same_site="lax")


_TRANSLATE = VarData(imports={"$/public/translate.js": [ImportVar(tag="t")]})


_spoken: ContextVar[rx.Var[Any] | None] = ContextVar("spoken", default=None)


@contextmanager
def spoken_in(language: str | rx.Var[Any]) -> Iterator[None]:
    """What is built meanwhile speaks *language*, a Var, whatever the visitor chose for the rest.

    Its catalogue must be on the page: `head.js` adds those that the preview needs.
    """
    token = _spoken.set(rx.Var.create(language))
    try:
        yield
    finally:
        _spoken.reset(token)


def _language() -> rx.Var[Any]:
    spoken = _spoken.get()
    return rx.Var.create(LocaleState.lang) if spoken is None else spoken


def t(text: str) -> rx.Var[str]:
    """*text* in the visitor's language. A literal, please: the catalogue test reads the source."""
    return _call(f"t({_language()!s}, {json.dumps(text)})")


def t_fill(text: str, **values: str | rx.Var) -> rx.Var[str]:
    """Like `t`, with places filled at run time: `t_fill("Ends {date}", date=view.ends)`."""
    filled = {name: rx.Var.create(value) for name, value in values.items()}
    pairs = ", ".join(f"{json.dumps(name)}: {value!s}" for name, value in filled.items())
    sources = [value._get_all_var_data() for value in filled.values()]  # noqa: SLF001
    return _call(f"t({_language()!s}, {json.dumps(text)}, {{{pairs}}})", *sources)


def _call(expression: str, *sources: VarData | None) -> rx.Var[str]:
    # Var data carries the hooks and imports an expression needs; there is no public merge.
    language = _language()._get_all_var_data()  # noqa: SLF001
    data = VarData.merge(language, _TRANSLATE, *sources)
    return rx.Var(expression, _var_type=str, _var_data=data)
