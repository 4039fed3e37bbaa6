"""
One figure of a report as a picture, as Chromium draws it: `python -m tests.report.shoot REPORT.html FIGURE FILE.png`.

The picture of Hebei South in the README is 0-0-stack of `dispatch report`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dispatch.report.printed import browser

SCALE = 1.5


def shoot(page: Path, key: str, picture: Path) -> None:
    """Write the picture of a figure and its heading."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        shown = chromium.new_page(viewport={"width": 1260, "height": 900}, device_scale_factor=SCALE)
        shown.goto(page.resolve().as_uri())
        shown.wait_for_selector(f"[data-figure='{key}'] .main-svg")
        shown.locator(f"[data-figure='{key}']").locator("xpath=..").screenshot(path=picture)
        chromium.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
