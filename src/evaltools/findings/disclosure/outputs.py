"""Outputs: every file that is about to be published, searched for what must not be in it.

Persons and addresses, numbers that were withheld, formulas, and folders of somebody's computer.
PDF is examined by its twin: the HTML that the same sources make must stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.findings.disclosure.extraction import SKIPPED, units
from evaltools.findings.disclosure.persons import NOBODY, THIRD_PARTY, Known, find_persons
from evaltools.findings.disclosure.readable import Unit, UnreadableError
from evaltools.findings.disclosure.sheets import is_formula
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

_FOLDER = re.compile(
    r"(?<![\w.:/])/(?:home|Users|root|tmp|mnt|private|var/folders)/[\w.-]+"
    r"|\b[A-Z]:\\+Users\\+[\w.-]+|file://"
)
_COUNTS = frozenset({"n", "count", "projects", "value", "share", "x", "y", "height", "width"})


@dataclass(frozen=True)
class Secret:
    """A count that was withheld.

    Arguments:
        subjects: what it is of, as files may call it: the item's identifier and labels.
        part: the answer that so many projects gave.
        count: the count itself. Never in a message.
        of: all who answered.
    """

    subjects: tuple[str, ...]
    part: str
    count: int
    of: int


@dataclass(frozen=True)
class Sought:
    """What to look for, and what may be there.

    Arguments:
        names: places and bodies that are no persons.
        secrets: counts that were withheld.
        allowed: words that may stand there although they look like a person: the publisher's
            address, authors of the report.
    """

    names: Known = NOBODY
    secrets: tuple[Secret, ...] = ()
    allowed: frozenset[str] = frozenset()


def secrets_of(evidence: Evidence) -> tuple[Secret, ...]:
    """The answers of the self-rating that a run withholds; noughts are no secrets."""
    from evaltools.indicators.ratings import answer_counts, distributions

    items, counted = evidence.tables["rating_items"].set_index("item_id"), answer_counts(evidence)
    found = []
    for item in distributions(evidence):
        labels = items.loc[item.item, ["label_fi", "label_sv", "label_en"]].astype(str)
        subjects = (item.item, *labels)
        for value, count, shown in zip(item.values, counted[item.item], item.counts, strict=True):
            if shown is None and count:
                found.append(Secret(subjects, str(value), count, item.answers))
    return tuple(found)


def scan_outputs(folder: Path, known: Sought) -> list[Problem]:
    """Search every file below a folder.

    Arguments:
        folder: a rendered report or a bundle. Links that lead out of it are refused, not read.
        known: what to look for.

    Returns:
        Problems that name file and place, persons by their initials only, withheld numbers not
        at all.
    """
    problems: list[Problem] = []
    files = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    for file in files:
        where = file.relative_to(folder).as_posix()
        problems += _in_name(where, known)
        if not file.resolve().is_relative_to(folder.resolve()):
            what = "is a link that leads out of the folder"
            problems.append(
                Problem(where, what, remedy="Put the file there.", code="disclosure.link")
            )
        elif file.suffix.lower() == ".pdf":
            problems += _without_twin(file, where)
        elif file.suffix.lower() not in SKIPPED:
            problems += _in_file(file, where, known)
    return sorted(set(problems))


def _in_file(file: Path, where: str, known: Sought) -> Iterator[Problem]:
    try:
        for unit in units(file):
            yield from _in_unit(unit, f"{where}, {unit.where}", known)
    except UnreadableError as error:
        yield Problem(
            where,
            str(error),
            remedy="Only what can be examined is published: take it out, or mend it.",
            code="disclosure.unreadable",
        )


def _in_unit(unit: Unit, where: str, known: Sought) -> Iterator[Problem]:
    for found in find_persons(unit.text, known.names):
        # Authors are named in a bibliography, and vendors wherever their part is public.
        if found.kind in THIRD_PARTY or (found.kind == "person" and unit.reference):
            continue
        if not any(found.text in text for text in known.allowed):
            what = f"holds what looks like a {found.kind.replace('_', ' ')} ({found.masked})"
            remedy = "Put [...] in its place, or allow it by name if it belongs there."
            code = f"disclosure.{found.kind.replace('_', '-')}"
            yield Problem(where, what, remedy=remedy, code=code)
    if _FOLDER.search(unit.text):
        what = "names a folder of somebody's computer"
        yield Problem(where, what, remedy="Give the path within the study.", code="disclosure.path")
    if unit.sheet and any(is_formula(value) for _, value in unit.row):
        what = "has a cell that a spreadsheet takes for a formula"
        remedy = "Put an apostrophe before it."
        yield Problem(where, what, remedy=remedy, code="disclosure.formula")
    if any(_tells(unit, secret) for secret in known.secrets):
        what = "tells a count that was withheld"
        remedy = "Make the text, figure or table from the protected numbers."
        yield Problem(where, what, remedy=remedy, code="disclosure.withheld")


def _tells(unit: Unit, secret: Secret) -> bool:
    """Whether a unit gives a withheld count: as fields of a row, or as `label: answer: count`."""
    if unit.row and _row_tells(unit.row, secret):
        return True
    for subject in secret.subjects:
        for match in re.finditer(re.escape(subject), unit.text):
            # Up to the next sentence: then another item is spoken of.
            said = re.split(r"\.\s", unit.text[match.end() : match.end() + 400])[0]
            said = said.replace("\u00a0", " ")
            number = rf"(?:{secret.count}(?![\d,.]\d|\d| %)|{_percent(secret)})"
            part = rf"(?<![\d–,.-]){re.escape(secret.part)}(?![\d–-])[^\d;|]{{0,12}}[:=]\s?"
            if re.search(part + number, said):
                return True
    return False


def _row_tells(row: tuple[tuple[str, str], ...], secret: Secret) -> bool:
    values = [value for _, value in row]
    about = any(value in secret.subjects for value in values) or any(
        subject in value for value in values for subject in secret.subjects[1:]
    )
    if not about:
        return False
    named = dict(reversed(row))
    wide = named.get(secret.part)  # a column an answer
    if wide is not None and _is_count(wide, secret):
        return True
    at = next((i for i, value in enumerate(values) if value == secret.part), None)
    return at is not None and any(
        i != at and (name.lower() in _COUNTS or not name) and _is_count(value, secret)
        for i, (name, value) in enumerate(row)
    )


def _is_count(text: str, secret: Secret) -> bool:
    try:
        value = float(text.replace("\u00a0", "").replace(",", ".").rstrip("% "))
    except ValueError:
        return bool(re.fullmatch(_percent(secret), text.replace("\u00a0", " ")))
    share = secret.count / secret.of
    return value == secret.count or abs(value - share) < 5e-4 or abs(value - 100 * share) < 0.05


def _percent(secret: Secret) -> str:
    return rf"{round(100 * secret.count / secret.of)} %"


def _in_name(where: str, known: Sought) -> Iterator[Problem]:
    for found in find_persons(where.replace("_", " ").replace("/", " "), known.names):
        if found.kind in ("person", "email", "identity_code"):
            what = f"the file's name holds what looks like a {found.kind.replace('_', ' ')}"
            code = f"disclosure.{found.kind.replace('_', '-')}"
            yield Problem(where, what, remedy="Rename the file.", code=code)


def _without_twin(file: Path, where: str) -> list[Problem]:
    if any(file.parent.glob("*.html")):
        return []
    return [
        Problem(
            where,
            "cannot be examined: no HTML of the same report stands beside it",
            remedy="Publish the HTML with it, or build both.",
            code="disclosure.unreadable",
        )
    ]
