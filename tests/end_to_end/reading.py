"""Reading reports back: what a person would see, and what numbers the page says they are."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pypdfium2
from lxml import etree, html

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Shown:
    """A number on the page, with the indicator that it claims to show."""

    key: str
    estimand: str
    dimensions: str
    shows: str
    text: str
    before: str
    after: str


_BLOCKS = ("p", "li", "td", "dd", "figcaption")


def numbers_of(page: Path) -> Iterator[Shown]:
    """Every number of the HTML that is bound to an indicator, with the words around it."""
    tree = html.parse(str(page))
    for span in tree.iter("span"):
        if "indicator" in (span.get("class") or "").split():
            block = next(
                parent
                for parent in span.iterancestors()
                if parent.tag in ("p", "li", "td", "dd", "figcaption")
            )
            before, after = _around(block, span)
            yield Shown(
                span.get("data-key"),
                span.get("data-estimand"),
                span.get("data-dimensions") or "",
                span.get("data-shows"),
                span.text_content(),
                before,
                after,
            )


def _around(block: html.HtmlElement, span: html.HtmlElement) -> tuple[str, str]:
    """Text of the block before and after the span."""
    mark = "\ue000"
    copy = html.fromstring(html.tostring(block, encoding="unicode"))
    own = [element for element in block.iter("span") if element is span or element == span]
    index = list(block.iter("span")).index(own[0])
    target = list(copy.iter("span"))[index]
    target.text, target[:] = mark, []
    before, _, after = copy.text_content().partition(mark)
    return before, after


def squeezed(text: str) -> str:
    """Text without what line breaking and hyphenation add or take away."""
    return re.sub(r"[\s\u00ad\u2010\u200b\u2060-]+", "", text)


@cache
def pdf_pages(path: Path) -> tuple[str, ...]:
    """Text of each page, in lines."""
    with pypdfium2.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    # The library has a sign of its own for a hyphen that a line break made.
    return tuple(text.replace("\ufffe", "\u00ad").replace("\r\n", "\n") for text in texts)


def pdf_text(path: Path) -> str:
    """Text of all pages, squeezed."""
    return squeezed("".join(pdf_pages(path)))


def docx_text(path: Path) -> str:
    """Text of the document's body, squeezed."""
    with zipfile.ZipFile(path) as archive:
        tree = etree.fromstring(archive.read("word/document.xml"))
    return squeezed("".join(node.text or "" for node in tree.iter(f"{WORD}t")))


def indicators(folder: Path) -> pd.DataFrame:
    """The indicator table of a report, by key, estimand and dimensions."""
    table = pd.read_csv(folder / "indicators.csv", keep_default_na=False, dtype=str)
    return table.set_index(["key", "estimand", "dimensions"])


def parsed(text: str) -> list[float]:
    """Numbers in a Finnish text: `1 234,5` is 1234.5, `−0,2` is −0.2."""
    found = re.findall(r"[−+]?\d+(?:[\u00a0\u202f ]\d{3})*(?:,\d+)?", text)
    plain = (re.sub(r"[\u00a0\u202f +]", "", item).replace("−", "-") for item in found)
    return [float(item.replace(",", ".")) for item in plain]


def cases_left_out(page: Path) -> dict[str, str]:
    """Cases of the findings that a report asserts and its page does not say, by identifier."""
    said = set(map(str, html.parse(str(page)).xpath("//@data-finding")))
    findings = json.loads((page.parent / "findings.json").read_text("utf-8"))["findings"]
    return {one["id"]: one["case"] for one in findings if one["asserted"] and one["id"] not in said}
