"""Links to a draft as their makers list them, and what whoever has one sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.models import BrandPreview
from portal_app.branding.published import logo_tokens
from portal_app.branding.service import BrandLink, links_of
from portal_app.branding.sharing import path_of
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.studio.preview.views import (
    DEVICES,
    LABELS,
    LANGUAGES,
    OWN_CSS,
    THEMES,
    Option,
    PreviewView,
    preview_view,
)
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLink:
    """*url* is the whole address, to be copied."""

    id: str = ""
    url: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedView:
    """One screen and, as links to it in another way, all that can be chosen; *chosen* by name."""

    preview: PreviewView = field(default_factory=PreviewView)
    chosen: dict[str, str] = field(default_factory=dict)
    paper: str = ""
    own: str = ""
    style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    links: list[BrandLink] = field(default_factory=list)
    pages: list[Option] = field(default_factory=list)
    languages: list[Option] = field(default_factory=list)
    devices: list[Option] = field(default_factory=list)
    themes: list[Option] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a link shows: a company's look, and its policies as they hold."""

    token: str
    company: Company
    brand: Brand
    sizes: Mapping[str, tuple[int, int]]
    policies: Configuration


def shared_links(reader: Reader, previews: Sequence[BrandPreview], origin: str) -> list[SharedLink]:
    return [
        SharedLink(
            id=one.id,
            url=origin + path_of(one),
            until=reader.say("Works until {moment}", moment=reader.moment(one.expires_at)),
        )
        for one in previews
    ]


def shared_view(
    reader: Reader, behind: Behind, asked: Mapping[str, str], now: datetime
) -> SharedView:
    """*asked* is the address's query; what it names that is none is left aside."""
    chosen = {
        "page": _one_of(LABELS, asked.get("page"), "active"),
        "lang": _one_of(LANGUAGES, asked.get("lang"), reader.locale),
        "device": _one_of(DEVICES, asked.get("device"), "desktop"),
        "theme": _one_of(THEMES, asked.get("theme"), "light"),
    }
    spoken = Reader(chosen["lang"])
    preview = preview_view(spoken, behind.company, behind.policies, chosen["page"], now)
    start, brand = f"/preview/{behind.token}/", behind.brand

    def ways(name: str, labels: Mapping[str, str]) -> list[Option]:
        return [
            Option(
                value=value,
                label=reader.say(label),
                href=f"{start}?{urlencode({**chosen, name: value})}",
            )
            for value, label in labels.items()
        ]

    return SharedView(
        preview=preview,
        chosen=chosen,
        paper=f"{start}{preview.paper}?{urlencode(chosen)}" if preview.paper else "",
        own=f"{start}{OWN_CSS}",
        style=stylesheet.inline(brand) | logo_tokens(brand, behind.sizes),
        wordmark=brand.wordmark,
        links=links_of(brand, behind.policies.support),
        pages=ways("page", LABELS),
        languages=ways("lang", LANGUAGES),
        devices=ways("device", DEVICES),
        themes=ways("theme", THEMES),
    )


def _one_of(known: Mapping[str, str], asked: str | None, otherwise: str) -> str:
    return asked if asked is not None and asked in known else otherwise
