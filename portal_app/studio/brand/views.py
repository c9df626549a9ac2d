"""The brand studio as plain text: the form, what can't be read in it, and who published what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.contrast_gate import Pair, Unreadable, pairs_of, unreadable
from portal_app.branding.own_css import own_css
from portal_app.branding.published import logo_tokens
from portal_app.branding.service import BrandLink, links_of
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.studio.brand.form import COLOURS, WrongField
from portal_app.studio.history import VersionRow
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """A link to the field of which the text speaks."""

    href: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """*colour* is the nearest to what was chosen that can be read; *why* measures and names it."""

    field: str = ""
    text: str = ""
    why: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two colours that meet, as *ink* on *ground*; *passes* says it in a word."""

    key: str = ""
    what: str = ""
    ratio: str = ""
    needed: str = ""
    passes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What of the stylesheet is not taken, where, and why."""

    key: str = ""
    where: str = ""
    what: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandStudioView:
    """*style* dresses the preview, *dots* are colours as the form has them.

    *wrong* are sentences by field name, "" where nothing is.
    *left_out* is of the stylesheet, *own_sheet* whether there is one.
    *revision* changes when fields have to be drawn anew. *blocked* says that it can't be published.
    """

    revision: str = "0"
    filled: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    dots: dict[str, str] = field(default_factory=dict)
    errors: list[ErrorLine] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    pairs: list[PairRow] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    own_sheet: bool = False
    style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    links: list[BrandLink] = field(default_factory=list)
    logo: str = ""
    logo_dark: str = ""
    is_draft: bool = False
    blocked: bool = False
    versions: list[VersionRow] = field(default_factory=list)


_MOST_LISTED: Final = 20
FIELD_NAMES: Final = {
    "wordmark": "Name",
    "support_email": "Support email",
    "support_url": "Support page",
    "terms_url": "Terms",
    "privacy_url": "Privacy policy",
    "imprint_url": "Imprint",
    "accent": "Accent",
    "background": "Background",
    "accent_dark": "Accent in dark",
    "background_dark": "Background in dark",
    "radius": "Corners",
    "font": "Font",
    "css": "Stylesheet",
    "logo": "Logo",
    "logo_dark": "Logo in dark",
}
_TOKEN_NAMES: Final = {
    "text": "Text",
    "text-muted": "Quiet text",
    "danger-text": "Error text",
    "warn-text": "Warning text",
    "accent": "Button",
    "accent-hover": "pressed button",
    "accent-text": "Link",
    "accent-soft": "soft accent",
    "accent-contrast": "Button text",
    "page": "page",
    "panel": "card",
    "panel-raised": "menu",
    "sunken": "shaded area",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What is on the form now; *brand* is the last that could be read as one.

    *support* is the policy that holds for the company.
    """

    form: Mapping[str, str]
    brand: Brand
    wrong: Sequence[WrongField] = ()
    revision: int = 0
    is_draft: bool = False
    versions: Sequence[VersionRow] = ()
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    support: SupportPolicy = field(default_factory=SupportPolicy)


def brand_studio_view(reader: Reader, typed: Typed) -> BrandStudioView:
    found = [] if typed.wrong else unreadable(typed.brand)
    wrong = {one.at: reader.say(one.sentence) for one in typed.wrong}
    brand = typed.brand
    return BrandStudioView(
        revision=str(typed.revision),
        filled=dict(typed.form),
        wrong=dict.fromkeys(FIELD_NAMES, "") | wrong,
        dots={name: getattr(brand, name) or "none" for name in COLOURS},
        errors=[
            ErrorLine(href=f"#field-{at}", text=f"{reader.say(FIELD_NAMES[at])}: {said}")
            for at, said in wrong.items()
        ],
        proposals=[_proposal(reader, brand, one) for one in found],
        pairs=[_pair(reader, one) for one in pairs_of(brand)],
        left_out=_left_out(reader, brand),
        own_sheet=bool(brand.css),
        style=stylesheet.inline(brand) | logo_tokens(brand, typed.sizes),
        wordmark=brand.wordmark,
        links=links_of(brand, typed.support),
        logo=_address(brand.logo, typed.sizes),
        logo_dark=_address(brand.logo_dark, typed.sizes),
        is_draft=typed.is_draft,
        blocked=bool(typed.wrong or found),
        versions=list(typed.versions),
    )


def _left_out(reader: Reader, brand: Brand) -> list[LeftOut]:
    """The first ones, and how many more there are."""
    found = own_css(brand.css or "").refused
    told = [
        LeftOut(
            key=str(number),
            where=reader.say("Line {line}", line=one.line),
            what=one.what,
            reason=reader.say(one.reason),
        )
        for number, one in enumerate(found[:_MOST_LISTED])
    ]
    if further := len(found) - len(told):
        told.append(LeftOut(key="more", where=reader.say("Not listed"), reason=str(further)))
    return told


def _address(name: str | None, sizes: Mapping[str, tuple[int, int]]) -> str:
    return f"/brand/images/{name}.png" if name and name in sizes else ""


def _proposal(reader: Reader, brand: Brand, found: Unreadable) -> Proposal:
    typed = getattr(brand, found.field) or ""
    field = f"{reader.say(FIELD_NAMES[found.field])} {typed}".strip()
    what = _what(reader, found.pair)
    return Proposal(
        field=found.field,
        colour=found.proposal.hex,
        text=reader.say(
            "{field} can't be used: {what} can hardly be seen.", field=field, what=what
        ),
        why=" ".join(_why(reader, found)),
    )


def _why(reader: Reader, found: Unreadable) -> Iterator[str]:
    pair, colour = found.pair, found.proposal.hex
    yield reader.say(
        "The contrast is {ratio}, and {needed} is needed.",
        ratio=_ratio(pair.ratio),
        needed=_ratio(pair.needed),
    )
    yield reader.say("The nearest colour that can be read is {colour}.", colour=colour)
    if found.field in {"accent", "accent_dark"}:
        # Tokens are made of what was typed; of an accent only as far as it can be read.
        yield reader.say("The preview shows that one.")


def _pair(reader: Reader, pair: Pair) -> PairRow:
    return PairRow(
        key=f"{pair.ink}-{pair.ground}-{pair.dark}",
        what=_what(reader, pair),
        ratio=_ratio(pair.ratio),
        needed=_ratio(pair.needed),
        passes=pair.passes,
    )


def _what(reader: Reader, pair: Pair) -> str:
    names = {
        "ink": reader.say(_TOKEN_NAMES[pair.ink]),
        "ground": reader.say(_TOKEN_NAMES[pair.ground]),
    }
    if pair.dark:
        return reader.say("{ink} on {ground} (dark mode)", **names)
    return reader.say("{ink} on {ground} (light mode)", **names)


def _ratio(value: float) -> str:
    """Cut, not rounded: 4.499 is not enough."""
    return f"{int(value * 10) / 10:.1f} : 1"
