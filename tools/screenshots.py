"""What readers see, as pictures in docs/screenshots: `make screenshots` after a build of all
languages.

Each width, in light or dark, of the first screen in each language, and the page's states: a table
on a phone, the evidence beside the text, the contents as a drawer. Few colours make them small.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from PIL import Image

from evaltools.study import load_study
from tools.accessibility_statement import ROOT, find_browser, find_pages
from tools.page_checks import open_browser

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {1400: 900, 768: 1000, 390: 844}


def main() -> int:
    """Take all pictures anew."""
    program = find_browser()
    if not program:
        print("no Chromium here: see tests/browser.sh", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    with open_browser(program) as browser:
        for language, path in find_pages(load_study(ROOT)).items():
            for width, height in SIZES.items():
                for scheme in ("light", "dark"):
                    page = browser.new_page(
                        viewport={"width": width, "height": height},
                        color_scheme=scheme,
                        reduced_motion="reduce",
                    )
                    page.goto(path.as_uri())
                    save(page, f"{language}-{width}-{scheme}")
                    if language == "en" and scheme == "light":
                        take_states(page, width)
                    page.close()
    return 0


def take_states(page: Any, width: int) -> None:
    """The page with its evidence open and, on a phone, its contents and a table."""
    if width == 768:
        return
    page.locator(".messages a.evidence-link").nth(4).click()
    save(page, f"evidence-{width}")
    page.keyboard.press("Escape")
    if width == 390:
        page.locator("#contents summary").click()
        save(page, f"contents-{width}")
        page.keyboard.press("Escape")
    table = page.locator("#tbl-results")
    table.evaluate("each => each.scrollIntoView()")
    save(page, f"table-{width}")


def save(page: Any, name: str) -> None:
    """One picture of what is on the screen, of at most 64 colours."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = taken.quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
