"""The portal's settings as plain text, in sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_app.catalog.models import Plan, Product
from portal_app.memberships.views.plans import plan_name
from portal_app.memberships.views.wording import per_period
from portal_app.studio.history import VersionRow
from portal_app.studio.portal.draft import PolicyDraft
from portal_app.studio.portal.form import base_of, form_of
from portal_app.studio.portal.row_views import Choice, Lists, RowView, may_add
from portal_app.studio.portal.settings import SETTINGS, THESE, Setting
from portal_app.studio.portal.sold import Sold
from portal_app.studio.portal.words import HINTS, POLICIES, choice_of, heading_of, label_of
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """*on* is a switch's, *value* any other's. *own* says that it differs from the company's.

    *focus* says that it has just gone back to the company's. *listed* says that its rows count;
    *usual* what the company's is, of what differs.
    """

    name: str = ""
    kind: str = "switch"
    label: str = ""
    on: bool = False
    value: str = ""
    error: str = ""
    options: list[Choice] = field(default_factory=list)
    own: bool = False
    focus: bool = False
    usual: str = ""
    listed: bool = False
    rows: list[RowView] = field(default_factory=list)
    may_add: bool = False
    hint: str = ""


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
    """*revision* changes when fields have to be drawn anew.

    *product* is whose settings they are, empty for all that the company sells; *products* are to
    choose from.
    """

    revision: str = "0"
    sections: list[SectionView] = field(default_factory=list)
    errors: list[ErrorLine] = field(default_factory=list)
    is_draft: bool = False
    blocked: bool = False
    versions: list[VersionRow] = field(default_factory=list)
    product: str = ""
    products: list[Choice] = field(default_factory=list)


def products_to_choose(products: Sequence[Product]) -> list[Sold]:
    return [Sold(id=one.id, label=one.title) for one in products]


def plans_to_choose(reader: Reader, plans: Sequence[tuple[Plan, Product]]) -> list[Sold]:
    return [
        Sold(id=plan.id, label=_plan(reader, plan, product), product_id=product.id)
        for plan, product in plans
    ]


def _plan(reader: Reader, plan: Plan, product: Product) -> str:
    names = dict.fromkeys((product.title, plan_name(plan, product)))
    return " · ".join([*names, per_period(reader, plan, plan.price)])


def portal_studio_view(
    reader: Reader, draft: PolicyDraft, *, versions: Sequence[VersionRow]
) -> PortalStudioView:
    titles = {one.id: one.label for one in draft.products}
    lines = [
        (one, reader.say(one.sentence, product=titles.get(one.product_id, one.product_id)))
        for one in draft.wrong
    ]
    said = {one.at: sentence for one, sentence in lines}
    sections: dict[str, list[SettingView]] = {policy: [] for policy in POLICIES}
    usual = form_of(base_of(draft.body, draft.product_id)).fields
    for setting in SETTINGS.values():
        view = _setting(reader, setting, draft, said, usual.get(setting.name, ""))
        sections.setdefault(setting.policy, []).append(view)
    return PortalStudioView(
        revision=str(draft.revision),
        sections=[
            SectionView(title=reader.say(heading_of(policy)), settings=settings)
            for policy, settings in sections.items()
            if settings
        ],
        errors=[
            ErrorLine(
                href=f"#field-{one.at}",
                text=f"{reader.say(label_of(one.setting))}: {sentence}",
            )
            for one, sentence in lines
        ],
        is_draft=draft.is_draft,
        blocked=bool(lines),
        versions=list(versions),
        product=draft.product_id,
        products=_products(reader, draft),
    )


def _products(reader: Reader, draft: PolicyDraft) -> list[Choice]:
    """None where there is nothing to choose."""
    if len(draft.products) <= 1 and not draft.differing:
        return []
    everything = Choice(value="", label=reader.say("All products"))
    return [everything, *(_product(reader, one, draft) for one in draft.products)]


def _product(reader: Reader, one: Sold, draft: PolicyDraft) -> Choice:
    """One that has something of its own says so."""
    differs = bool(draft.own) if one.id == draft.product_id else one.id in draft.differing
    label = reader.say("{product} (differs)", product=one.label) if differs else one.label
    return Choice(value=one.id, label=label)


def _setting(
    reader: Reader, setting: Setting, draft: PolicyDraft, said: dict[str, str], usual: str
) -> SettingView:
    name = setting.name
    text = draft.form.fields.get(name, "")
    rows = draft.form.rows.get(name, ())
    plans = [Choice(value=one.id, label=one.label) for one in draft.plans_for(name)]
    own = name in draft.own
    return SettingView(
        name=name,
        kind=setting.kind,
        label=reader.say(label_of(name)),
        on=text == "on",
        value=text,
        error=said.get(name, ""),
        options=[Choice(value=one, label=reader.say(choice_of(one))) for one in setting.options],
        own=own,
        focus=name == draft.reset,
        usual=_usual(reader, setting, usual) if own else "",
        listed=bool(setting.columns) and draft.form.fields.get(name, THESE) == THESE,
        rows=Lists(reader, plans, said).rows(setting, rows),
        may_add=bool(setting.columns) and may_add(setting, rows, plans),
        hint=reader.say(HINTS[name]) if name in HINTS else "",
    )


def _usual(reader: Reader, setting: Setting, text: str) -> str:
    """The company's value in a word; none of a list, which would be too long."""
    if setting.kind == "switch":
        return reader.say("Yes") if text == "on" else reader.say("No")
    if setting.kind == "choice":
        return reader.say(choice_of(text))
    return text
