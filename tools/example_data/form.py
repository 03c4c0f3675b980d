"""The form that a report is filled in on: what stands in it, whatever file it is written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tools.example_data.phrases import load
from tools.example_data.report_contents import euros
from tools.example_data.reporting import Report
from tools.example_data.rng import Draws

LONGEST_CELL = 200
"""A longer cell is read as a paragraph and not as part of its row."""


@dataclass(frozen=True)
class Question:
    """A row of the table that opens the form.

    Arguments:
        key: what is asked for, whatever the language.
        answer: as it is filled in.
    """

    key: str
    label: str
    answer: str


@dataclass(frozen=True)
class Answer:
    """A section that is answered in prose."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A report as a form.

    Arguments:
        name: of the form, in the running header.
        page: how pages are numbered, with `{page}` and `{pages}`.
        received: the day it came in, which its file carries as its date.
    """

    language: str
    name: str
    page: str
    title: str
    received: date
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]


def opening(report: Report, title: str) -> tuple[Question, ...]:
    """The questions at the head of the form, answered from the register."""
    project = report.project
    form = load(f"frame_{report.language}.yml")["form"]
    name = project.lead[f"name_{report.language}"] or project.lead["name_fi"]
    answers = {
        "register_number": project.row["register_number"],
        "project": title,
        "recipient": name,
        "period": f"{day(project.started)}–{day(project.ended)}",
        "grant": f"{euros(project.grant)}\u00a0{form['unit']}",
        "notice": form["notice"],
    }
    return tuple(Question(key, form["labels"][key], answers[key]) for key in form["labels"])


def day(when: date) -> str:
    """A date as both languages write it."""
    return f"{when.day}.{when.month}.{when.year}"


@dataclass(frozen=True)
class Layout:
    """How one report came in.

    Arguments:
        boxed: its prose stands in cells of one-cell tables, as in forms of ministries.
        justified: its lines are of one width and its words hyphenated.
    """

    kind: Literal["docx", "pdf"]
    boxed: bool
    justified: bool


BOXED = 0.35
JUSTIFIED = 0.6


def layouts(reports: list[Report], draws: Draws) -> dict[str, Layout]:
    """Draw how the reports came in: of each language half as Word files and half as PDF.

    Returns the layouts by document.
    """
    drawn: dict[str, Layout] = {}
    for language in ("fi", "sv"):
        names = [report.document_id for report in reports if report.language == language]
        word = set(draws.shuffled(names)[: len(names) // 2])
        for name in names:
            boxed, justified = draws.happens(BOXED), draws.happens(JUSTIFIED)
            kind: Literal["docx", "pdf"] = "docx" if name in word else "pdf"
            drawn[name] = Layout(kind, boxed and kind == "docx", justified)
    return drawn
