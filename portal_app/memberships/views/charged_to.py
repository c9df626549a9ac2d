"""The page that changes what a membership is charged to, as plain text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.memberships.service import HeldMembership, MethodChoices
from portal_app.memberships.views.wording import awaited_sentence, sentence
from portal_app.payment_methods.views import add_href, failure_or_expiry, label_of
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodOption:
    """One method that could be charged; *note* is when it expires, or that it has just failed."""

    id: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedToView:
    """*current* is the id of the method charged now, empty when there is none.

    *unused* says why no method is charged, where none is; then there is nothing else. *others*
    says whether something else is billed together with it, *other_products* what.
    """

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    product: str = ""
    sentence: str = ""
    unused: str = ""
    current: str = ""
    methods: list[MethodOption] = field(default_factory=list)
    others: bool = False
    other_products: str = ""
    add_href: str = ""


def charged_to_view(reader: Reader, choices: MethodChoices) -> ChargedToView:
    row = choices.held.row
    if not choices.held.is_charged:
        return _unused(reader, choices)
    charged, now = row.payment_method, choices.held.as_of
    # With its plan: it may be another one of the same product.
    products = dict.fromkeys(other.title for other in choices.others)
    return replace(
        _of(reader, choices.held),
        current=charged.id if charged else "",
        methods=[
            MethodOption(
                id=one.id,
                label=label_of(reader, one),
                note=failure_or_expiry(reader, one, now, failed=one.id in choices.declined),
            )
            for one in sorted(choices.methods, key=lambda one: one.id in choices.declined)
        ],
        others=bool(products),
        other_products=", ".join(products),
        add_href=add_href(row.membership.customer_id, row.member.id),
    )


def _of(reader: Reader, held: HeldMembership) -> ChargedToView:
    """What is said of every membership."""
    row, brand = held.row, brand_of(held.row.company.id)
    return ChargedToView(
        member_id=row.member.id,
        brand_style=wrapper_style(row.company.id),
        brand_links=brand_links(row.company.id, held.configuration.support),
        wordmark=brand.wordmark if brand else "",
        product=row.product.title,
        sentence=sentence(reader, held),
    )


def _unused(reader: Reader, choices: MethodChoices) -> ChargedToView:
    """Whoever holds it now need not be whoever's method had paid for it."""
    held = choices.held
    if not held.current and choices.awaited is not None:
        # "Nothing is charged" would be read beside a debit that still shows up at the bank.
        why = awaited_sentence(reader, choices.awaited)
    elif not held.current:
        why = reader.say("It is over. Nothing is charged for it any more.")
    elif held.facts.recurring:
        why = reader.say("It is billed by invoice: you pay each one yourself when it comes.")
    else:
        why = reader.say("It was paid for once. Nothing is charged for it again.")
    return replace(_of(reader, held), unused=why)
