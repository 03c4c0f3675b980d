"""A chapter's draft has its parts as high as a draft of the whole report, and is kept."""

import re
from pathlib import Path
from typing import Any

import pytest

from evaltools.report.part_store import PartStore
from evaltools.report.renderer.conversion import render
from evaltools.report.renderer.print import page_arrangement

from ..conftest import Report

CHAPTER = """# Chapter {n} {{#sec-{n}}}

A text of {n} that is long enough to be set on more than a line of the page. It goes on to say so.

## Section

| a | b |
|:--|--:|
| {n} | 2 |
| 3 | 4 |

: Caption {{#tbl-{n}}}

See [the first](#sec-1) or @tbl-1.

"""


@pytest.mark.parametrize("between", ["", "{{< pagebreak >}}\n\n"])
@pytest.mark.parametrize("new_pages", ["true", "false"])
def test_parts_are_as_high_and_only_a_changed_chapter_is_drafted(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str, new_pages: str
) -> None:
    found: list[Any] = []
    drafted: list[int] = []
    fill, set_drafts = page_arrangement.fill_pages, page_arrangement._set_drafts

    def fill_pages(parts: Any) -> Any:
        kinds = [(one.kind, one.stays, one.level, len(one.rows)) for one in parts]
        found[:] = kinds, [height for one in parts for height in (one.height, *one.rows)]
        return fill(parts)

    def count(main: Any, opening: str, sources: Any, recall: Any, settings: str) -> Any:
        def counted(name: str, items: list[str], make: Any) -> Any:
            def made(fresh: list[str]) -> Any:
                drafted.append(len(fresh))
                return make(fresh)

            return recall(name, items, made)

        return set_drafts(main, opening, sources, counted, settings)

    def parts_of(text: str, store: PartStore) -> tuple[list[Any], list[int]]:
        report.write(text)
        drafted.clear()
        render(report.project, Path("fi/report.qmd"), ["typst"], tmp_path / "out", parts=store)
        return [*found], [*drafted]

    monkeypatch.setattr(page_arrangement, "fill_pages", fill_pages)
    monkeypatch.setattr(page_arrangement, "_set_drafts", count)
    report.front["chapters-on-new-page"] = new_pages
    store = PartStore(tmp_path / "store", "run")
    text = between.join(CHAPTER.format(n=number) for number in range(1, 5))
    for edited, expected in (
        (text, [4]),
        (text.replace("A text of 3", "Another text of 3"), [1]),
        (
            text.replace("A text of 3", "Another text of 3").replace("# Chapter 2", "# New"),
            [1 if between else 2],
        ),
    ):
        (kinds, heights), fresh = parts_of(edited, store)
        assert fresh == expected
        with monkeypatch.context() as whole:
            whole.setattr(page_arrangement, "_HOLDS_ON", re.compile(""))
            assert parts_of(edited, PartStore()) == ([kinds, pytest.approx(heights)], [1])


def test_where_notes_are_numbered_on_the_report_is_drafted_as_one() -> None:
    header = {"t": "Header", "c": [1, ["", [], []], []]}
    para = {"t": "Para", "c": []}
    body = [header, para, header, para]
    plain = ["= One\n", "a\n", "= Two\n", '#[#set math.equation(alt: "x");$x$];\n']
    for text, count in (("a", 2), ("a#footnote[b]", 1), ("#set text(red)", 1)):
        plain[1] = f"{text}\n"
        assert len([*page_arrangement._draft_sources(body, plain)]) == count
