"""A page of its own beside the report, without scripts, in the look of the report's page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from evaltools.i18n.messages import Words
from evaltools.report.renderer.fonts import face_rules

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"


def write_standalone(
    words: Words, title: str, body: Iterable[str], own_style: Path, page_title: str = ""
) -> str:
    """One HTML file that asks for nothing else, with the style sheet of the report's page.

    Arguments:
        words: of the page's language.
        title: its heading, as plain text.
        body: HTML below the heading.
        own_style: a style sheet for what only this page has.
        page_title: for the window, where it is not the heading.
    """
    sheets = (face_rules(), *(path.read_text(encoding="utf-8") for path in (_STYLE, own_style)))
    lines = [
        "<!DOCTYPE html>", f'<html lang="{words.language}">', "<head>", '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(page_title or title)}</title>",
        "<style>", *(sheet.strip() for sheet in sheets), "</style>", "</head>",
        '<body class="plain">',
        f'<a class="skip" href="#content">{escape(words("comparison.skip"))}</a>',
        '<main id="content" tabindex="-1">', f"<h1>{escape(title)}</h1>", *body,
        "</main>", "</body>", "</html>",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
