"""Phrases of the generated titles and reports, read once from the files beside this module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tools.example_data.rng import Draws

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([^{}]+)\}")

_CASES = ("nom", "gen", "par", "ine", "ill", "ela")
_TOOL_CASES = {"fi": ("nom", "gen", "par", "ine", "ade"), "sv": ("def", "indef")}
_UNIT_CASES = {"fi": ("nom", "gen", "ine", "all"), "sv": ("def",)}


@dataclass(frozen=True)
class Subject:
    """A matter that projects are about, in the forms that sentences need."""

    calls: tuple[str, ...]
    fi: tuple[str, ...]
    sv: tuple[str, ...]


@cache
def load(name: str) -> Any:
    """The contents of a file of phrases."""
    text = files("tools.example_data").joinpath("phrases_data", name).read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects of projects."""
    return tuple(
        Subject(tuple(entry["calls"]), tuple(entry["fi"]), tuple(entry["sv"]))
        for entry in load("subjects.yml")["subjects"]
    )


def titles(call_id: str, count: int, draws: Draws) -> list[tuple[Subject, str, str]]:
    """Draw different titles that fit a call: subject, Finnish title, Swedish title."""
    fitting = [subject for subject in subjects() if call_id in subject.calls]
    patterns = load("subjects.yml")["titles"]
    pairs = [(subject, fi, sv) for subject in fitting for fi, sv in patterns]
    used: dict[Subject, int] = dict.fromkeys(fitting, 0)
    chosen: list[tuple[Subject, str, str]] = []
    # Subjects in turn, so that a call is not full of one matter.
    for subject, fi, sv in draws.shuffled(pairs):
        if used[subject] <= count // len(fitting) and len(chosen) < count:
            used[subject] += 1
            forms = subject_slots(subject)
            chosen.append((subject, fill(fi, forms["fi"], draws), fill(sv, forms["sv"], draws)))
    return chosen


def subject_slots(subject: Subject) -> dict[str, dict[str, str]]:
    """Slots of a subject by language; a slot with a capital begins with one."""
    finnish = dict(zip(_CASES, subject.fi, strict=True))
    swedish = dict(zip(("def", "indef"), subject.sv, strict=True))
    return {"fi": _with_capitals(finnish), "sv": _with_capitals(swedish)}


def project_slots(language: str, subject: Subject, draws: Draws) -> dict[str, str]:
    """Slots of a project's report: its subject, its main tool, and two of its units."""
    content = load("subjects.yml")
    slots = dict(subject_slots(subject)[language])
    tool = draws.one(content["tools"])[language]
    slots |= {f"tool.{case}": form for case, form in zip(_TOOL_CASES[language], tool, strict=True)}
    for number, unit in enumerate(draws.shuffled(content["units"])[:2], start=1):
        slots |= {
            f"unit{number}.{case}": form
            for case, form in zip(_UNIT_CASES[language], unit[language], strict=True)
        }
    return _with_capitals(slots)


def fill(template: str, slots: Mapping[str, str], draws: Draws) -> str:
    """Choose between the alternatives of a template, `[one|other]`, and fill its slots.

    `{3-9}` is a whole number of that range, `{10-90:5}` one in steps of five.

    Raises:
        KeyError: the template has a slot that nothing fills.
    """
    while _ALTERNATIVES.search(template):
        template = _ALTERNATIVES.sub(
            lambda match: draws.one(match.group(1).split("|")), template, count=1
        )

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        number = re.fullmatch(r"(\d+)-(\d+)(?::(\d+))?", name)
        if number:
            low, high, step = (int(part or 1) for part in number.groups())
            chosen = low + step * draws.whole(0, (high - low) // step)
            return f"{chosen:,}".replace(",", "\u00a0") if chosen >= 10_000 else str(chosen)
        return slots[name]

    return _SLOT.sub(value, template)


def _with_capitals(slots: dict[str, str]) -> dict[str, str]:
    capital = {
        name[:1].upper() + name[1:]: form[:1].upper() + form[1:] for name, form in slots.items()
    }
    return slots | capital
