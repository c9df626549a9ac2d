"""The translations: `.po` files read once, split by who needs them.

`locale/<language>/pages/*.po` is what pages say and travels to the browser as `/i18n.js`;
`locale/<language>/texts/*.po` is what the server alone says (errors, mails, statutory pages).
One file per domain, so that each domain owns its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.pofile import read_po

LOCALES = ("en", "de")
DEFAULT_LOCALE = "en"
# The visitor's choice. Pages read it in the browser, so it is not HttpOnly and never trusted.
LOCALE_COOKIE = "portal_lang"
_LOCALE_DIR = Path(__file__).parents[1] / "locale"


@lru_cache(maxsize=16)
def messages(locale: str, kind: str) -> Mapping[str, str]:
    """English text → translation; *kind* is "pages" or "texts". Empty for English."""
    found: dict[str, str] = {}
    for path in sorted((_LOCALE_DIR / locale / kind).glob("*.po")):
        found.update(_entries(path, locale))
    return found


def _entries(path: Path, locale: str) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for message in read_po(file, locale=locale):
            if message.id and message.string:
                yield str(message.id), str(message.string)


def translate(locale: str, text: str, **values: object) -> str:
    """*text* in the person's language, with `{name}` places filled; English where none is known."""
    language = supported(locale)
    found = messages(language, "texts").get(text) or messages(language, "pages").get(text, text)
    return found.format_map(values) if values else found


def supported(locale: str) -> str:
    """The language of ours that *locale* ("de-AT", "de_DE") asks for, else English."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else DEFAULT_LOCALE


def from_accept_language(header: str) -> str:
    """The language that fits an `Accept-Language` header best (RFC 9110 §12.5.4)."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        try:
            weighted.append((-float(weight), tag.replace("-", "_")))
        except ValueError:
            continue
    wanted = [tag for weight, tag in sorted(weighted, key=lambda pair: pair[0]) if weight < 0]
    return supported(negotiate_locale(wanted, LOCALES) or DEFAULT_LOCALE)


def direction(locale: str) -> str:
    """`ltr` or `rtl`, for `<html dir>`."""
    return str(Locale.parse(locale, sep="-").text_direction)
