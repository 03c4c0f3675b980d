"""Quotes stand in the texts word for word, and the texts are those that were coded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

Spoil = Callable[[Any], Any]


def _write_text(p: Any, document: str, text: str, keep: bool = True) -> Any:
    (p.folder / "reports" / "text" / f"{document}.txt").write_bytes(text.encode())
    if not keep:
        row = int(document[1:]) + 1
        p.change("documents", row, text_sha256=hashlib.sha256(text.encode()).hexdigest())
    return p


MISTAKES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "quote": (
        lambda p: p.change("segments", 3, quote="Koulutus auttoi!"),
        (
            'data/coding/segments.csv, row 3, column quote: "Koulutus auttoi!" is '
            "not what stands at 42 to 58 of reports/text/D1.txt; allowed: "
            '"Koulutus auttoi.". The text does not hold the quote: correct it, or '
            "the document. [data.quote]",
        ),
    ),
    "quote-drift": (
        lambda p: p.change("segments", 3, start="43", end="59", prefix=""),
        (
            'data/coding/segments.csv, row 3, column quote: "Koulutus auttoi." is '
            'not what stands at 43 to 59 of reports/text/D1.txt; allowed: "oulutus '
            'auttoi.\\n". The quote stands at 42 to 58. [data.quote]',
        ),
    ),
    "quote-end": (
        lambda p: p.change("segments", 3, end="999"),
        (
            "data/coding/segments.csv, row 3, column end: 42 to 999 is no passage "
            "of reports/text/D1.txt; allowed: 0 ≤ start < end ≤ 82. The quote "
            "stands at 42 to 58. [data.quote]",
        ),
    ),
    "prefix": (
        lambda p: p.change("segments", 3, prefix="xyz"),
        (
            'data/coding/segments.csv, row 3, column prefix: "xyz" does not stand '
            "beside the passage in reports/text/D1.txt. Cut the passage again. "
            "[data.quote]",
        ),
    ),
    "heading": (
        lambda p: p.change("sections", 2, heading="Tavoitteet"),
        (
            'data/reports/sections.csv, row 2, column heading: "Tavoitteet" is not what stands at '
            '0 of reports/text/D2.txt; allowed: "Tavoitteen". The text does not hold the heading: '
            "correct it, or the document. [data.section]",
        ),
    ),
    "heading-moved": (
        lambda p: p.change("sections", 2, start="10", end="40"),
        (
            'data/reports/sections.csv, row 2, column heading: "Tavoitteena oli" is not what '
            'stands at 10 of reports/text/D2.txt; allowed: "a oli sähköinen". The heading stands '
            "at 0 to 15. [data.section]",
        ),
    ),
    "section-out": (
        lambda p: p.change("sections", 2, end="400"),
        (
            "data/reports/sections.csv, row 2, column end: 0 to 400 is no stretch of "
            "reports/text/D2.txt; allowed: 0 ≤ start < end ≤ 56. The heading stands at 0 to 15. "
            "[data.section]",
        ),
    ),
    "section-ends": (
        lambda p: p.change("sections", 2, end="9"),
        (
            "data/reports/sections.csv, row 2, column end: the section ends at 9, within its "
            "heading; allowed: at least 15. Correct the end. [data.section]",
        ),
    ),
    "page": (
        lambda p: (p.change("segments", 9, page="13"), p.change("sections", 2, page="14")),
        (
            'data/reports/sections.csv, row 2, column page: page 14 of document "D2", which has '
            "12; allowed: 1 to 12. Correct the page, or the pages in documents. [data.page]",
            'data/coding/segments.csv, row 9, column page: page 13 of document "D2", which has '
            "12; allowed: 1 to 12. Correct the page, or the pages in documents. [data.page]",
        ),
    ),
    "text-changed": (
        lambda p: _write_text(p, "D2", "Muuta.\n"),
        (
            "data/reports/documents.csv, row 3, column text_sha256: "
            '"reports/text/D2.txt" has another SHA-256, '
            "0ac0b17d632ff3a35273ed2f45580f0fb2f503272ef0eeb75098e9b165bae0bc; "
            "allowed: "
            '"5ddf1dac2acf39d000e356aae1209d85ee34edb9ca070ebb4421ec32d9dfce4c". '
            "Put the text back that was coded, or code the new one. "
            "[data.text-changed]",
        ),
    ),
    "text-missing": (
        lambda p: p.change("documents", 3, text_file="reports/text/D9.txt"),
        (
            "data/reports/documents.csv, row 3, column text_file: there is no file "
            '"reports/text/D9.txt"; allowed: a file below the data folder. Put the '
            "text there, or correct the path. [data.text-missing]",
        ),
    ),
    "text-out": (
        lambda p: p.change("documents", 3, text_file="../secret.txt"),
        (
            'data/reports/documents.csv, row 3, column text_file: "../secret.txt" '
            "leads out of the data folder; allowed: a relative path below the data "
            "folder. Put the text there. [data.path]",
        ),
    ),
    "text-form": (
        lambda p: _write_text(p, "D2", "a\r\n", keep=False),
        (
            "data/reports/documents.csv, row 3, column text_file: "
            '"reports/text/D2.txt" is not normalised; allowed: NFC, lines ended by '
            "LF. Import the document again. [data.text-form]",
        ),
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_with_place_finding_rule_and_remedy(package: Any, kind: str) -> None:
    spoil, messages = MISTAKES[kind]
    spoil(package)
    assert package.problems() == list(messages)


def test_of_a_document_without_pages_no_page_is_wrong(package: Any) -> None:
    package.change("documents", 3, pages="").change("segments", 9, page="13")
    assert package.problems() == []
