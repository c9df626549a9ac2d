"""A company whose header holds a lettering and a long name. Nobody else's scenes show it."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect

from tests.e2e.gallery.scene import NOBODY, Scene
from tests.e2e.gallery.world import PATIENCE, World

LENA: Final = "lena@aspen.example"
_ASPEN: Final = "biz_aspen"
_STUDIO: Final = f"/studio/brand/?company={_ASPEN}"


def lettering() -> bytes:
    """Sixteen times as wide as it is high: ordinary for a name that is drawn."""
    image = Image.new("RGBA", (1600, 100))
    font = ImageFont.load_default(90)
    ImageDraw.Draw(image).text((0, 0), "ASPEN & BIRCH · MOUNTAIN CO.", "#0f766e", font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _published(world: World) -> str:
    """The company's studio, after its owner uploaded the lettering and published it."""
    world.portal.sign_in(LENA)
    moment = "2026-11-16 09:00:00.000000"
    world.write(
        "INSERT INTO companies (id, title, route, is_default, created_at)"
        " VALUES (?, 'Aspen & Birch', 'aspen', 0, ?)",
        *(_ASPEN, moment),
    )
    world.write(
        "INSERT INTO creators (id, company_id, person_id, role, created_at)"
        " SELECT 'crtr_aspen', ?, person_id, 'owner', ? FROM email_addresses WHERE address_key = ?",
        *(_ASPEN, moment, LENA),
    )
    page = world.new_page(LENA)
    page.goto(_STUDIO)
    page.get_by_role("textbox", name="Name", exact=True).fill(
        "Aspen & Birch Mountain Equipment Co."
    )
    _upload(page, world)
    file = {"name": "lettering.png", "mimeType": "image/png", "buffer": lettering()}
    page.get_by_label("Picture", exact=True).set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload Logo", exact=True).click()
    expect(page.get_by_role("img", name="Logo", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").filter(has_text="Published")).to_be_visible(timeout=PATIENCE)
    page.close()
    return _STUDIO


def _upload(page: Page, world: World) -> None:
    page.get_by_role("button", name="Upload Logo", exact=True).click()
    expect(page.get_by_label("Picture", exact=True)).to_be_visible()


def _studio(world: World) -> str:
    return world.once(_published)


def _withdrawal(world: World) -> str:
    world.once(_published)
    return "/withdraw/aspen/"


SCENES: Final = (
    Scene("logo-statutory", "/withdraw/{route}/", NOBODY, _withdrawal, whole=True),
    Scene("logo-studio", "/studio/brand/", LENA, _studio, dated=True),
    Scene("logo-upload", "/studio/brand/", LENA, _studio, _upload, dated=True),
)
