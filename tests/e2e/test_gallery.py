"""Every page and state, on a phone and a desktop, light and dark, in two brands and RTL.

Nothing overflows, overlaps, sticks out or is cut off, axe finds nothing in random brands either,
and readers hear what is recorded: `PORTAL_WRITE_GOLDEN=1` writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessibility import faults_in
from tests.e2e.gallery.everything import SCENES
from tests.e2e.gallery.layout import layout_faults
from tests.e2e.gallery.records import differs, normalised
from tests.e2e.gallery.scene import Scene
from tests.e2e.gallery.world import World, gallery_world
from tests.e2e.random_brands import random_brands

# One world, of which nobody else changes anything, and one browser page for each person.
pytestmark = pytest.mark.xdist_group("gallery")
# Milliseconds: what is laid out is looked at here, not how fast.
PATIENCE = 20_000
# Chromium takes half an hour for all of them: `make soak` looks at each, `make test` at one of each
# kind of layout.
SOAK: Final = bool(os.environ.get("PORTAL_SOAK"))
ALWAYS: Final = frozenset({"login", "orders", "membership-active", "cancel-active", "history"})
LOOKED_AT: Final = [scene for scene in SCENES if SOAK or scene.name in ALWAYS]
BRANDS: Final = [*random_brands(10 if SOAK else 2)]
# A folder for pictures of every scene: on a phone and a desktop, light and dark.
SHOTS: Final = os.environ.get("PORTAL_GALLERY_SHOTS", "")


@pytest.fixture(scope="module")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with gallery_world(browser, tmp_path_factory.mktemp("gallery")) as world:
        yield world


@contextmanager
def entered(scene: Scene, world: World) -> Iterator[Page]:
    """The page of *scene*, loaded and at rest."""
    address = scene.address(world)
    with world.away() if scene.away else nullcontext(), lent(scene, world) as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        settled(page, loading=scene.loading)
        seen = [page.url]
        if scene.act:
            scene.act(page, world)
            settled(page, loading=scene.loading)
            seen.append(page.url)
        assert any(scene.shows(url.removeprefix(world.portal.origin)) for url in seen), seen
        yield page


@contextmanager
def lent(scene: Scene, world: World) -> Iterator[Page]:
    """Somebody's page that stays open or, where something is prepared, one for this scene alone."""
    if scene.prepare is None:
        yield world.page_of(scene.who, scene.locale)
        return
    page = world.another_page_of(scene.who, scene.locale)
    scene.prepare(page, world)
    yield page
    page.context.close()


def settled(page: Page, *, loading: bool) -> None:
    if loading:
        expect(page.get_by_text("Loading…").first).to_be_attached(timeout=PATIENCE)
        return
    # The studio previews a whole page below its own heading.
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)


@pytest.mark.parametrize("scene", LOOKED_AT, ids=[scene.name for scene in LOOKED_AT])
def test_it_is_laid_out_well_passes_axe_and_reads_as_recorded(world: World, scene: Scene) -> None:
    with entered(scene, world) as page:
        heard = page.locator("body" if scene.whole else "main").aria_snapshot()
        unlike = differs(scene.name, normalised(heard, dated=scene.dated))
        shots = Path(SHOTS) / scene.name if SHOTS else None
        laid_out = layout_faults(page, shots=shots)
        page.set_viewport_size({"width": 375, "height": 812})
        faults = faults_in(page, BRANDS, loading=scene.loading)
        assert [*laid_out, *faults, *unlike, *world.watch.drained()] == []
