"""The portal's policies as one JSON file: written, read and checked here.

Nothing is passed over in silence: what a policy would not take as it stands is refused, with the
place where it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal_app.catalog import company_file
from portal_app.catalog.company_file import Fault, FileRefused
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.policies import PRODUCTS, Policies, exceptions_of, without_exceptions
from portal_app.studio.portal.form import faults, form_of, value_at
from portal_app.studio.portal.rows import is_plain
from portal_app.studio.portal.settings import DISCOUNTS, SETTINGS, TARGETS, stored

SCHEMA_PATH: Final = "/brand/portal.schema.json"
LARGEST_FILE: Final = 65_536
_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_IMPOSSIBLE: Final = "That value isn't possible."
_NO_PLAN: Final = "The company has no such plan."
_PATHS: Final = {setting.path for setting in SETTINGS.values()}


def written(body: Mapping[str, Any], origin: str = "") -> str:
    """The file; what follows the defaults is left out, as in what is stored."""
    own = {product: dict(one) for product, one in exceptions_of(body).items()}
    document = without_exceptions(body) | ({PRODUCTS: own} if own else {})
    return company_file.written(document, origin + SCHEMA_PATH)


@dataclass(frozen=True, slots=True)
class OnSale:
    """What a file of a company's can name: *products* and *plans* of ours, Stripe's *prices*.

    With what isn't sold any more: people still hold it.
    """

    products: Container[str] = ()
    plans: Container[str] = ()
    prices: Container[str] = ()


def read(text: str | bytes, sold: OnSale) -> dict[str, Any]:
    """The document of a company that has *sold* these; raises FileRefused."""
    document = company_file.object_of(text, most=LARGEST_FILE)
    if found := list(_faults(document, sold)):
        raise FileRefused(faults=found)
    return document


def _faults(document: Mapping[str, Any], sold: OnSale) -> Iterator[Fault]:
    company = {name: value for name, value in document.items() if name != PRODUCTS}
    policies = Policies.read(document)
    yield from _of(company, policies.company, "", sold)
    own = document.get(PRODUCTS, {})
    if not isinstance(own, Mapping):
        yield Fault(PRODUCTS, _IMPOSSIBLE)
        return
    for product_id, differs in own.items():
        at = f"{PRODUCTS}.{product_id}"
        if product_id not in sold.products:
            yield Fault(at[:80], "The company has no such product.")
        elif not isinstance(differs, Mapping):
            yield Fault(at, _IMPOSSIBLE)
        else:
            yield from _of(differs, policies.of(product_id), f"{at}.", sold)


def _of(own: Mapping[str, Any], holds: Configuration, before: str, sold: OnSale) -> Iterator[Fault]:
    """What of *own*, a company's policies or a product's, would not hold as it is written."""
    wrong = [*_unknown(own, ()), *_not_taken(own, holds)]
    yield from (Fault(f"{before}{one.at}"[:120], one.sentence) for one in wrong)
    if not wrong:
        found = faults(form_of(holds))
        yield from (Fault(before + one.at, one.sentence) for one in found)
        yield from (Fault(f"{before}{at}"[:120], _NO_PLAN) for at in _unsold(own, sold))


def _unsold(own: Mapping[str, Any], sold: OnSale) -> Iterator[str]:
    """Where *own* names a plan that is none: it would switch off what it was to allow."""
    _, targets = value_at(own, SETTINGS[TARGETS].path)
    for one in targets if isinstance(targets, list) else ():
        if one not in sold.plans and one not in sold.prices:
            yield f"{TARGETS}.{one}"
    _, discounts = value_at(own, SETTINGS[DISCOUNTS].path)
    for one in discounts if isinstance(discounts, Mapping) else ():
        if one not in sold.plans:
            yield f"{DISCOUNTS}.{one}"


def _unknown(own: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Fault]:
    for name, value in own.items():
        path = (*above, name)
        if path in _PATHS:
            continue
        if not any(one[: len(path)] == path for one in _PATHS):
            yield Fault(".".join(path), "There is no such setting.")
        elif isinstance(value, Mapping):
            yield from _unknown(value, path)
        else:
            yield Fault(".".join(path), _IMPOSSIBLE)


def _not_taken(own: Mapping[str, Any], holds: Configuration) -> Iterator[Fault]:
    """Values that reading made another of, or that hold what nobody could have typed."""
    for name, setting in SETTINGS.items():
        there, value = value_at(own, setting.path)
        if there and not (_same(stored(holds, name), value) and _is_plain(value)):
            yield Fault(".".join(setting.path), _IMPOSSIBLE)


def _same(one: object, other: object) -> bool:
    """As JSON: for Python, 1 is True."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _is_plain(value: object) -> bool:
    """Every text on one line, without signs that aren't seen, and ids of plain letters."""
    if isinstance(value, Mapping):
        named = value.get("id", "id")
        ids = isinstance(named, str) and _ID.fullmatch(named) is not None
        return ids and all(map(_is_plain, (*value.keys(), *value.values())))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, str) or is_plain(value)
