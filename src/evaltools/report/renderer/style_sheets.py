"""Style sheets of a page: its typeface, the renderer's own and those of the project.

The typeface is Fira Sans, cut down to the letters of European languages. The cut files are kept in
`faces/`, since cutting takes longer than rendering the page. A test cuts them again from the font
package and compares.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from evaltools.problems import Problem, refuse
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.inline_svg import dark_rules

FACES = (("Regular", 400, "normal"), ("SemiBold", 600, "normal"), ("Italic", 400, "italic"))
_LOADS = re.compile(r"@import|url\(\s*[\"']?\s*(?!data:|#)|</style", re.IGNORECASE)


@cache
def face_rules() -> str:
    """The `@font-face` rules, fonts inside."""
    rules = []
    for name, weight, style in FACES:
        payload = files(__package__).joinpath("faces", f"FiraSans-{name}.woff").read_bytes()
        data = base64.b64encode(payload).decode("ascii")
        rules.append(
            "@font-face{font-family:'Fira Sans';font-display:swap;"
            f"font-weight:{weight};font-style:{style};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return "\n".join(rules)


def page_styles(context: Context, drawings: Sequence[str]) -> str:
    """All style sheets of a page in their order, with the dark colours of its drawings."""
    own = files(__package__)
    sheets = [own.joinpath(name).read_text("utf-8") for name in ("page.css", "page_figures.css")]
    page_css = "\n".join(sheets)
    if drawings:
        page_css += f"@media screen and (prefers-color-scheme:dark){{{dark_rules(drawings)}}}\n"
    return "\n".join((face_rules(), page_css, _own_css(context)))


def _own_css(context: Context) -> str:
    """The project's own style sheets."""
    texts, problems = [], []
    what = "the style sheet loads something from elsewhere"
    remedy = "Put it into the sheet as data:"
    for path in context.format.get("css", []):
        name = path.lstrip("/")
        sheet = (context.project / name).read_text(encoding="utf-8")
        texts.append(sheet)
        problems += [
            Problem(f"{name}:{number}", what, "", remedy, "render.css")
            for number, line in enumerate(sheet.split("\n"), 1)
            if _LOADS.search(line)
        ]
    refuse(problems)
    return "\n".join(texts)
