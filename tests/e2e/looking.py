"""Looking at a page in each way that people do."""

import os
from collections.abc import Mapping
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 390, "height": 844}
ARE_KEPT = bool(os.environ.get("PICTURES"))  # drawing whole pages takes longer than looking at them
VIOLATIONS = """async scheme => {
  const rules = scheme === "dark" ? {runOnly: ["color-contrast"]} : {};
  const found = await axe.run({resultTypes: ["violations"], ...rules});
  return found.violations.map(each => [each.id, each.nodes.map(node => node.html)]);
}"""


def look_at(page: Page, name: str, wide: ViewportSize, pictures: Path) -> None:
    """Look light and dark, narrow and `wide`: axe finds nothing, and nothing is wider than the screen.

    The schemes differ in colours alone, so in the dark one contrasts are all that is looked at again.
    """
    sizes: Mapping[str, ViewportSize] = {"narrow": NARROW, "wide": wide}
    page.evaluate(AXE_SCRIPT)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for kind, size in sizes.items():
            page.set_viewport_size(size)
            assert page.evaluate(VIOLATIONS, scheme) == [], (name, scheme, kind)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, scheme, kind)
            if ARE_KEPT:
                page.screenshot(path=pictures / f"{name}-{scheme}-{kind}.png", full_page=True)
    page.emulate_media(color_scheme="light")
