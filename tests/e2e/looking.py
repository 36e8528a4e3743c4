"""Looking at a page in each way that people do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 390, "height": 844}


def look_at(page: Page, name: str, wide: ViewportSize, pictures: Path) -> None:
    """Look light and dark, narrow and `wide`: axe finds nothing, and nothing is wider than the screen; keep pictures."""
    pictures.mkdir(parents=True, exist_ok=True)
    sizes: Mapping[str, ViewportSize] = {"narrow": NARROW, "wide": wide}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for kind, size in sizes.items():
            page.set_viewport_size(size)
            found: dict[str, Any] = Axe().run(page).response
            told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
            assert told == [], (name, scheme, kind)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, scheme, kind)
            page.screenshot(path=pictures / f"{name}-{scheme}-{kind}.png", full_page=True)
    page.emulate_media(color_scheme="light")
