"""The portal's settings as plain text, in sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal_app.studio.history import VersionRow
from portal_app.studio.portal.form import SETTINGS, Setting, WrongSetting
from portal_app.studio.portal.words import POLICIES, choice_of, heading_of, label_of
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """*on* is a switch's, *value* any other's."""

    name: str = ""
    kind: str = "switch"
    label: str = ""
    on: bool = False
    value: str = ""
    error: str = ""
    options: list[Choice] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    title: str = ""
    settings: list[SettingView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    href: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalStudioView:
    """*revision* changes when fields have to be drawn anew."""

    revision: str = "0"
    sections: list[SectionView] = field(default_factory=list)
    errors: list[ErrorLine] = field(default_factory=list)
    is_draft: bool = False
    blocked: bool = False
    versions: list[VersionRow] = field(default_factory=list)


def portal_studio_view(
    reader: Reader,
    form: Mapping[str, str],
    wrong: Sequence[WrongSetting],
    *,
    revision: int,
    is_draft: bool,
    versions: Sequence[VersionRow],
) -> PortalStudioView:
    said = {one.at: reader.say(one.sentence) for one in wrong}
    sections: dict[str, list[SettingView]] = {policy: [] for policy in POLICIES}
    for setting in SETTINGS.values():
        view = _setting(reader, setting, form.get(setting.name, ""), said.get(setting.name, ""))
        sections.setdefault(setting.policy, []).append(view)
    return PortalStudioView(
        revision=str(revision),
        sections=[
            SectionView(title=reader.say(heading_of(policy)), settings=settings)
            for policy, settings in sections.items()
            if settings
        ],
        errors=[
            ErrorLine(href=f"#field-{at}", text=f"{reader.say(label_of(at))}: {text}")
            for at, text in said.items()
        ],
        is_draft=is_draft,
        blocked=bool(wrong),
        versions=list(versions),
    )


def _setting(reader: Reader, setting: Setting, text: str, error: str) -> SettingView:
    return SettingView(
        name=setting.name,
        kind=setting.kind,
        label=reader.say(label_of(setting.name)),
        on=text == "on",
        value=text,
        error=error,
        options=[Choice(value=one, label=reader.say(choice_of(one))) for one in setting.options],
    )
