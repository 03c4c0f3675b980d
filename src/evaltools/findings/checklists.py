"""Reporting checklists that fill themselves from what the report has.

An item is answered by sections of the report, by pages that the build writes, or by a statement
of the study. The study says which sections treat which topic; one it does not name is looked for
in the section `sec-<topic>`. What is found is the presence of text; whether it is good is for a
reader to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pandas as pd

from evaltools.charts.table import Column, Table
from evaltools.files import read_text
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, refuse
from evaltools.study.schema import Statement, Topic
from evaltools.study.study import Study
from evaltools.study.vocabulary import Declared, Text
from evaltools.yaml_text import load_trusted

"""In C where it is there: ten times as fast, and as safe."""

Status = Literal["present", "partly", "missing", "not_applicable"]
STATUSES: tuple[Status, ...] = ("present", "partly", "missing", "not_applicable")
NAMES = ("srqr", "gramms", "uneg")

FEWEST_WORDS = 20
"""A section with fewer words of prose than this is a heading that someone means to fill."""

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*\{[^}]*#([\w-]+)[^}]*\}\s*$")
_PLAIN_HEADING = re.compile(r"^(#{1,6})\s+\S")
_NO_PROSE = re.compile(r"<!--(?s:.*?)-->|\{\{<.*?>\}\}|^:::.*$|\{[^{}]*\}", re.MULTILINE)
_INCLUDED = re.compile(r"\{\{<\s*include\s+_generated/(\S+)\s*>\}\}")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Section:
    """A section of the report that can be referred to.

    Arguments:
        anchor: `sec-aineisto`.
        title: as written.
        words: of prose, with those of the sections in it.
    """

    anchor: str
    title: str
    words: int


class Item(Declared):
    """One thing that a checklist asks for.

    Arguments:
        id: number in the checklist.
        asks: in our words.
        topics: of the sections that answer it.
        pages: names of generated pages that answer it.
    """

    id: str
    asks: Text
    topics: tuple[Topic, ...] = ()
    pages: tuple[str, ...] = ()


class Checklist(Declared):
    """A published checklist, retold."""

    id: str
    title: Text
    source: Text
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Answer:
    """How an item stands.

    Arguments:
        item: which.
        status: present, partly, missing or not applicable.
        found: sections that answer it.
        pages: generated pages that answer it.
        statement: what the study says, if it says something.
    """

    item: Item
    status: Status
    found: tuple[Section, ...] = ()
    pages: tuple[str, ...] = ()
    statement: Statement | None = None


@cache
def checklists() -> tuple[Checklist, ...]:
    """SRQR, GRAMMS and UNEG's, in this order."""
    folder = resources.files("evaltools.findings") / "checklists"
    texts = [(folder / f"{name}.yml").read_text(encoding="utf-8") for name in NAMES]
    return tuple(Checklist.model_validate(load_trusted(text)) for text in texts)


def sections_of(chapters: Path) -> dict[str, Section]:
    """The sections of a report by anchor.

    Arguments:
        chapters: folder with the report's `.qmd` files; generated pages are not looked at.
    """
    found: dict[str, Section] = {}
    for path in sorted(chapters.glob("*.qmd")):
        found |= _sections(read_text(path))
    return found


def included_pages(chapters: Path) -> tuple[str, ...]:
    """Names of the generated pages that a report shows, sorted: `_data.qmd`."""
    texts = [read_text(path) for path in sorted(chapters.glob("*.qmd"))]
    return tuple(sorted({name for text in texts for name in _INCLUDED.findall(text)}))


def answers(
    checklist: Checklist,
    sections: Mapping[str, Section],
    pages: Iterable[str],
    statements: Iterable[Statement] = (),
    places: Mapping[Topic, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Answer, ...]:
    """How each item of a checklist stands.

    Arguments:
        sections: of the report, by anchor.
        pages: names of the generated pages that have content.
        statements: of the study. One says more than the presence of a section does, so its
            status counts.
        places: anchors of the sections on a topic, as the study declares them.
    """
    written = set(pages)
    stated = {item.item: item for item in statements}
    result = []
    for item in checklist.items:
        wanted = tuple(
            dict.fromkeys(a for topic in item.topics for a in places.get(topic, (f"sec-{topic}",)))
        )
        found = tuple(sections[name] for name in wanted if name in sections)
        full = [section for section in found if section.words >= FEWEST_WORDS]
        shown = tuple(name for name in item.pages if name in written)
        met = len(full) + len(shown)
        asked = len(wanted) + len(item.pages)
        status: Status = "present" if asked and met == asked else "missing"
        if status == "missing" and (met or found):
            status = "partly"
        statement = stated.get(f"{checklist.id}.{item.id}")
        if statement is not None:
            status = statement.status
        result.append(Answer(item, status, found, shown, statement))
    return tuple(result)


def checklist_page(
    study: Study, sections: Mapping[str, Section], pages: Iterable[str], words: Words
) -> str:
    """All checklists as markdown tables `tbl-srqr`, `tbl-gramms`, `tbl-uneg`.

    Arguments:
        sections: of the report, from `sections_of`.
        pages: names of the generated pages that have content.

    Raises:
        ProblemError: the study states something on an item that no checklist has.
    """
    written, declared = tuple(pages), study.declaration
    known = {f"{checklist.id}.{item.id}" for checklist in checklists() for item in checklist.items}
    refuse(
        Problem("evaluation.yml, statements", f"no checklist has '{statement.item}'",
                ", ".join(NAMES), "", "checklist.unknown")
        for statement in declared.statements if statement.item not in known
    )  # fmt: skip
    return "\n".join(
        _table(
            checklist,
            answers(checklist, sections, written, declared.statements, declared.sections),
            words,
        )
        for checklist in checklists()
    )


def counted(found: Sequence[Answer]) -> dict[Status, int]:
    """How many items stand how."""
    return {status: sum(answer.status == status for answer in found) for status in STATUSES}


def _sections(text: str) -> dict[str, Section]:
    lines = text.splitlines()
    found = {}
    for number, line in enumerate(lines):
        heading = _HEADING.match(line)
        if heading is None:
            continue
        level, title, anchor = len(heading[1]), heading[2], heading[3]
        body = []
        for below in lines[number + 1 :]:
            other = _PLAIN_HEADING.match(below)
            if other is not None:
                if len(other[1]) <= level:
                    break
                continue
            body.append(below)
        prose = _NO_PROSE.sub(" ", "\n".join(body))
        found[anchor] = Section(anchor, title, len(_WORD.findall(prose)))
    return found


def _table(checklist: Checklist, found: Sequence[Answer], words: Words) -> str:
    language = words.language
    links: dict[str, str] = {}
    rows = [
        (
            answer.item.id,
            answer.item.asks.in_language(language),
            _place(answer, links, words),
            words(f"checklist.{answer.status}"),
        )
        for answer in found
    ]
    widths = {"number": 8, "asks": 36, "place": 42, "status": 14}
    columns = [Column(name, words(f"checklist.{name}"), width=w) for name, w in widths.items()]
    title = checklist.title.in_language(language)
    caption = words.markdown(
        "checklist.caption", title=title, source=checklist.source.in_language(language)
    )
    table = Table(pd.DataFrame(rows, columns=list(widths)), columns, caption, language)
    text = table.captioned(f"tbl-{checklist.id}")
    for mark, link in links.items():
        text = text.replace(mark, link)
    return text


def _place(answer: Answer, links: dict[str, str], words: Words) -> str:
    """Where an item is answered; links are put in after the table has escaped its cells."""
    shown = []
    for section in answer.found:
        mark = f"\N{LEFT CORNER BRACKET}{len(links)}\N{RIGHT CORNER BRACKET}"
        links[mark] = f"[{escape_markdown(section.title)}](#{section.anchor})"
        shown.append(mark)
    shown += [
        words(f"checklist.page.{name.strip('_').removesuffix('.qmd')}") for name in answer.pages
    ]
    places = "; ".join(shown)
    if answer.statement is not None:
        said = answer.statement.text.in_language(words.language)
        places = f"{places}. {said}" if places else said
    return places or words("checklist.nowhere")
