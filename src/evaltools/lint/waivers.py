"""`reports/waivers.yml`: where a rule is wrong about right prose, and who says so.

```yaml
names:                      # digits that are part of a name
  - {name: COVID-19, reason: name of a disease}
waivers:
  - code: E07
    file: reports/fi/_09.qmd
    text: avustuksen ansiosta        # exactly as in the file; the problem must lie in it
    reason: Relays what the reports say.
    by: A. Evaluator
    on: 2026-11-24
```
E16: a waiver that is not complete, that no longer finds its text, or that nothing needs.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaltools.lint.messages import excerpt, place_of
from evaltools.problems import Problem
from evaltools.yaml_text import load_yaml, node_position

FILE = "reports/waivers.yml"
LONGEST_TEXT = 400
FIELDS = ("code", "file", "text", "reason", "by", "on")


@dataclass(frozen=True)
class Waiver:
    """One problem or more that stand in a stretch of text and are right there.

    Arguments:
        where: its place in the file of waivers.
        code: of the problems.
        file: from the study's root.
        text: the stretch, exactly as in the file.
        reason, by, on: why, who says so, and since when (ISO date).
    """

    where: str
    code: str
    file: str
    text: str
    reason: str
    by: str
    on: str


@dataclass(frozen=True)
class Waivers:
    """All that the file allows: waivers, and names with digits with their places in it."""

    waivers: tuple[Waiver, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    readable: bool = True


def read_waivers(root: Path, codes: Iterable[str]) -> tuple[Waivers, list[Problem]]:
    """The waivers of a study, and what is wrong with them; those that are wrong do not waive.

    Arguments:
        root: the study's root; a study without the file waives nothing.
        codes: what can be waived.
    """
    path = root / FILE
    if not path.is_file():
        return Waivers(), []
    try:
        text = path.read_text(encoding="utf-8")
        content, tree = load_yaml(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        what = "not readable as YAML"
        return Waivers(readable=False), [Problem(f"{FILE}:1:1", what, "", "Correct it.", "E16")]
    if content is None:
        return Waivers(), []
    if not isinstance(content, dict) or set(content) - {"waivers", "names"}:
        what = "the file holds something else than waivers and names"
        return Waivers(), [Problem(f"{FILE}:1:1", what, "waivers, names", "", "E16")]
    problems: list[Problem] = []
    waivers, names = [], []
    for where, entry in _entries(content, tree, "waivers"):
        faults = _faults(entry, sorted(codes))
        problems += [Problem(where, what, allowed, "", "E16") for what, allowed in faults]
        if not faults:
            waivers.append(Waiver(where, **{name: str(entry[name]) for name in FIELDS}))
    for where, entry in _entries(content, tree, "names"):
        if (
            isinstance(entry, dict)
            and set(entry) == {"name", "reason"}
            and all(isinstance(value, str) and value.strip() for value in entry.values())
        ):
            names.append((entry["name"], where))
        else:
            what = "a name needs its reason"
            problems.append(Problem(where, what, "{name: …, reason: …}", "", "E16"))
    return Waivers(tuple(waivers), tuple(names)), problems


def _entries(content: Mapping[str, Any], tree: Any, key: str) -> list[tuple[str, Any]]:
    entries = content.get(key)
    if not isinstance(entries, list):
        return [(f"{FILE}:1:1", None)] if entries is not None else []
    nodes = next(value for name, value in tree.value if name.value == key).value
    return [
        (node_position(FILE, node), _as_written(entry))
        for entry, node in zip(entries, nodes, strict=True)
    ]


def _as_written(entry: Any) -> Any:
    """The entry with `on` as a name: YAML 1.1 takes the bare word for a truth value."""
    if not isinstance(entry, dict):
        return entry
    return {"on" if name is True else name: value for name, value in entry.items()}


def _faults(entry: Any, codes: list[str]) -> list[tuple[str, str]]:
    """What is wrong with a waiver: what was found, what is allowed."""
    if not isinstance(entry, dict):
        return [("a waiver is a mapping", ", ".join(FIELDS))]
    faults = [
        (f"a waiver without {name} waives nothing", "")
        for name in FIELDS
        if not str(entry.get(name) or "").strip()
    ]
    faults += [
        (f"a waiver has no {excerpt(str(name))}", ", ".join(FIELDS))
        for name in entry
        if name not in FIELDS
    ]
    if faults:
        return faults
    if entry["code"] not in codes:
        faults.append((f"{excerpt(str(entry['code']))} cannot be waived", ", ".join(codes)))
    if not _is_date(entry["on"]):
        faults.append((f"{excerpt(str(entry['on']))} is no date", "a date such as 2026-11-24"))
    if len(str(entry["text"])) > LONGEST_TEXT or "\n\n" in str(entry["text"]):
        faults.append(("the text of a waiver is a whole passage",
                       f"one sentence, at most {LONGEST_TEXT} characters"))  # fmt: skip
    return faults


def _is_date(value: Any) -> bool:
    if isinstance(value, datetime.date):
        return True
    try:
        datetime.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def apply_waivers(
    problems: Iterable[Problem], waivers: Iterable[Waiver], texts: Mapping[str, str]
) -> list[Problem]:
    """The problems that no waiver covers, and a problem for each waiver that covers none.

    Arguments:
        problems: with places `file:line:column`.
        waivers: of the study.
        texts: the files that were checked, by name; a waiver of another file is left alone,
            since another language may need it.
    """
    left = list(problems)
    for waiver in waivers:
        text = texts.get(waiver.file)
        if text is None:
            continue
        stretches = [
            (match.start(), match.end()) for match in re.finditer(re.escape(waiver.text), text)
        ]
        if not stretches:
            what = f"the waived text {excerpt(waiver.text)} is no longer in {waiver.file}"
            remedy = "Remove the waiver, or decide anew on what the file says now."
            left.append(Problem(waiver.where, what, "", remedy, "E16"))
            continue
        uncovered = [p for p in left if not _applies_to(waiver, stretches, p, text)]
        if len(uncovered) == len(left):
            what = f"nothing in {excerpt(waiver.text)} needs a waiver of {waiver.code}"
            uncovered.append(Problem(waiver.where, what, "", "Remove the waiver.", "E16"))
        left = uncovered
    return left


def _applies_to(
    waiver: Waiver, stretches: Iterable[tuple[int, int]], problem: Problem, text: str
) -> bool:
    file, line, column = place_of(problem)
    if line is None or column is None or (file, problem.code) != (waiver.file, waiver.code):
        return False
    offset = sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column - 1
    return any(start <= offset < end for start, end in stretches)


def unused_waivers(allowed: Waivers, texts: Mapping[str, str]) -> list[Problem]:
    """A problem for each allowed name that no text holds and each waiver of no file of the report.

    Arguments:
        texts: all files of the report, by name.
    """
    joined = "\n\n".join(texts.values())
    problems = [
        Problem(where, f"the name {excerpt(name)} is in no report", "", "Remove it.", "E16")
        for name, where in allowed.names
        if name not in joined
    ]
    for waiver in allowed.waivers:
        if waiver.file not in texts:
            what = f"a waiver for {waiver.file}, which is no file of the report"
            remedy = "Correct the file, or remove the waiver."
            problems.append(Problem(waiver.where, what, "", remedy, "E16"))
    return problems
