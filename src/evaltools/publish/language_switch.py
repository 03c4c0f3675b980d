"""The way from a page of a bundle to the same report in its other languages.

It is put in when the bundle is put together, since only then do the pages stand beside each other:
a page that is built alone leads nowhere. The page's own script, where it has one, lets the links
lead to the section that the reader is at, whose identifier is the same in every language.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from evaltools.i18n.messages import Words
from evaltools.problems import Problem, ProblemError
from evaltools.publish.gates import Candidate

_TITLE_BLOCK = re.compile(r"<header\b[^>]*\btitle-block\b[^>]*>")
"""What either engine opens the title of a page with."""


def add_switch(page: Path, edition: Candidate, editions: Sequence[Candidate]) -> None:
    """Put links to the other languages into a page and tell programs of them.

    Arguments:
        page: of the edition, in its bundle.
        editions: all that have a page beside it, in their order.

    Raises:
        ProblemError: the page has no title, which they would stand above.
    """
    there = [each for each in editions if "html" in each.study.report(each.language).formats]
    if len(there) < 2:
        return
    text = page.read_bytes().decode("utf-8")
    head, found = text.find("</head>"), _TITLE_BLOCK.search(text)
    if found is None or not 0 < head < found.start():
        what = "has no title that links to the other languages could stand at"
        raise ProblemError([Problem(page.name, what, code="publish.languages")])
    alternate = "".join(
        f'<link rel="alternate" hreflang="{each.language}" href="{html.escape(each.page)}">\n'
        for each in there
    )
    start, rest = text[head : found.end()], text[found.end() :]
    made = f"{text[:head]}{alternate}{start}{_switch(edition, there)}{rest}"
    page.write_bytes(made.encode("utf-8"))


def _switch(edition: Candidate, there: Sequence[Candidate]) -> str:
    items = []
    for each in there:
        language = each.language
        name = html.escape(Words(language)(f"language.{language}").capitalize())
        if each is edition:
            items.append(f'<li><span aria-current="page">{name}</span></li>')
        else:
            link = f'href="{html.escape(each.page)}" hreflang="{language}" lang="{language}"'
            items.append(f"<li><a {link}>{name}</a></li>")
    label = html.escape(edition.words("publishing.languages"))
    return f'\n<nav class="languages" aria-label="{label}"><ul>{"".join(items)}</ul></nav>'
