"""Both forms of a mail within the one layout, in the look of the company that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal_app.branding.brand import Brand
from portal_app.branding.service import brand_of
from portal_app.branding.shapes import FONTS, Font
from portal_app.branding.support import support_of
from portal_app.branding.tokens import DARK, LIGHT, accent_of, palette
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.kit.contacts import address_of
from portal_app.settings import get_settings
from portal_app.ui.catalogue import direction, supported, translate


class NothingToSend(Exception):
    """The mail would be useless by now: its code has expired, for instance."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that travels with a mail."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a recipient reads. *subject* is one line."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


# As pages have it, in the names that mail programs know.
_SYSTEM: Final = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The sender's name above a mail, empty without one, and its button in light and in dark.

    *support* is whom its reader may ask, empty where nobody is named.
    *font* is a stack in which the look's own stands first: nothing is fetched for a mail, so it is
    seen where somebody has it.
    """

    title: str = ""
    button: str = "#1c2024"
    ink: str = "#ffffff"
    dark_button: str = "#edeef0"
    dark_ink: str = "#111113"
    font: str = _SYSTEM
    support: str = ""

    @property
    def support_link(self) -> str:
        return address_of(self.support)


NEUTRAL: Final = Letterhead()


def letterhead_of(company_id: str, title: str, support: SupportPolicy | None) -> Letterhead:
    """*title* is the company's; its brand says the colours, where it has one.

    *support* is the policy for what the mail is about; None for a mail to the company itself.
    """
    return letterhead_in(brand_of(company_id), title, support)


def letterhead_in(brand: Brand | None, title: str, support: SupportPolicy | None) -> Letterhead:
    contact = support_of(brand, support) if support else ""
    if brand is None:
        return Letterhead(title=title, support=contact)
    light = palette(accent_of(brand, dark=False), LIGHT)
    dark = palette(accent_of(brand, dark=True), DARK)
    return Letterhead(
        title,
        light.accent.hex,
        light.contrast.hex,
        dark.accent.hex,
        dark.contrast.hex,
        _SYSTEM if brand.font is Font.SYSTEM else FONTS[brand.font].replace('"', "'"),
        contact,
    )


def render(
    template: str,
    locale: str,
    *,
    subject: str,
    head: Letterhead = NEUTRAL,
    attachments: tuple[Attachment, ...] = (),
    **values: Any,  # noqa: ANN401 -- whatever the template names
) -> Mail:
    """Both forms of `templates/<template>.{txt,html}` within the one layout."""
    origin = get_settings().origin
    context = {
        "_": partial(translate, locale),
        "lang": supported(locale),
        "dir": direction(supported(locale)),
        "subject": subject,
        "origin": origin,
        "host": origin.partition("://")[2],
        "head": head,
        **values,
    }
    text, html = (
        _environment().get_template(f"{template}.{form}").render(context)
        for form in ("txt", "html")
    )
    return Mail(
        subject=" ".join(subject.split()),
        text=text.strip() + "\n",
        html=html,
        attachments=attachments,
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
