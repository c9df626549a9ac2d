"""What is typed travels sealed to the frames of the preview, whose papers are the real ones."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.branding.brand import Brand
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.studio.preview.look import opened, opened_policies, sealed, sealed_policies
from portal_app.studio.preview.papers import Dressed, sample_document
from portal_app.studio.preview.views import LABELS, PAPERS
from portal_app.ui.reader import Reader
from tests.rows import NOW, STARTED
from tests.unit.invoices.documents.sold import text_of

COMPANY = Company(id="biz_northwind", title="Northwind", route="northwind", created_at=STARTED)
TYPED = Brand(wordmark="Nördwind", accent="#7c3aed", terms_url="https://northwind.test/terms")


def test_a_typed_look_comes_back_to_its_own_company_only(settings: Any) -> None:
    look = sealed("biz_northwind", TYPED)
    assert opened("biz_northwind", look) == TYPED.model_copy(update={"terms_url": None})
    assert opened("biz_lumen", look) is None
    written, _, seal = look.partition(".")
    for forged in ("", ".", written, f"{written}.{seal[:-1]}0x", f"A{written}.{seal}", "é.é"):
        assert opened("biz_northwind", forged) is None


def test_typed_policies_come_back_to_their_own_company_only(settings: Any) -> None:
    body = {"access": {"while_paused": False}, "support": {"contact": "desk@northwind.test"}}
    typed = sealed_policies("biz_northwind", {**body, "cancel": {"at_once": True}})
    assert opened_policies("biz_northwind", typed) == Configuration.read(body)
    assert opened_policies("biz_lumen", typed) is None
    # One can't be passed off as the other.
    assert opened("biz_northwind", typed) is None
    assert opened_policies("biz_northwind", sealed("biz_northwind", TYPED)) is None


@pytest.mark.parametrize(("locale", "said"), [("en", "Invoice"), ("de", "Rechnung")])
def test_the_sample_invoice_carries_the_look_that_is_typed(locale: str, said: str) -> None:
    document = sample_document(Dressed(COMPANY, TYPED, Configuration(), NOW), Reader(locale))
    text = text_of(render_pdf(document))
    assert "Nördwind" in text
    assert said in text
    assert document.accent == "#7c3aed"


def test_everything_that_can_be_shown_has_a_name() -> None:
    assert set(PAPERS) <= set(LABELS)
