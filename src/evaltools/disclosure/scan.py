"""Outputs: every file that is about to be published, searched for what must not be in it.

Persons and addresses, marks and claims of single projects, numbers that were withheld, formulas,
keys and passwords, and folders of somebody's computer. What cannot be examined is refused; words
that a bitmap shows are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaltools.disclosure.file_units import units
from evaltools.disclosure.name_lists import is_given, is_surname
from evaltools.disclosure.persons import (
    NOBODY,
    THIRD_PARTY,
    KnownNames,
    PersonMatch,
    find_persons,
    with_article,
)
from evaltools.disclosure.rendered_files import UnreadableError
from evaltools.disclosure.single_projects import SingleProjects
from evaltools.disclosure.text_units import Unit
from evaltools.evidence.selection import Evidence
from evaltools.indicators.ratings import answer_counts, distributions
from evaltools.problems import Problem

_CREDENTIAL = re.compile(
    r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----"
    r"|(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)"
    r"|(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{30,90}|glpat-[\w-]{20})"
    r"|(?<!\w)xox[abprs]-[\w-]{10,80}|(?<!\w)sk-(?:\w{2,8}-)?[A-Za-z0-9_-]{20,120}(?!\w)"
    r"|(?<!\w)eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,2000}"
    r"|[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{1,64}:[^\s/@\"'<>]{3,64}@[\w.-]"
    r"|(?i:(?<![a-z])(?:password|passwd|salasana|lösenord|api[_-]?key|secret[_-]?key"
    r"|access[_-]?token|client[_-]?secret)[\"']?\s?[:=]\s?[\"']?(?!none|null|false|true|\*)[^\s\"'<>{}()]{6,})"
)
"""Forms that the makers of the keys document; passwords by the word before them."""

_FOLDER = re.compile(
    r"(?<![\w./-])/(?:home|Users|root|tmp|mnt|media|private|var/folders|workspace|srv|opt)/[\w.-]+"
    r"|\b[A-Za-z]:(?:\\+[\w. -]+){2}|(?<![\\\w])\\\\[\w.-]{2,}\\[\w$.-]+|file:///?\w"
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+\-−]?\s?\d[\d\s\u00a0.,]*(?:[eE][+-]?\d+)?\s?[%€]?")

_COUNTS = frozenset({"n", "count", "projects", "value", "share", "x", "y", "height", "width"})


@dataclass(frozen=True)
class WithheldCount:
    """A count that was withheld: of `of` who answered so many gave an answer. Never in a message.

    `subjects` are the identifier and labels by which files may call what it is of.
    """

    subjects: tuple[str, ...]
    part: str
    count: int
    of: int


@dataclass(frozen=True)
class ScanContext:
    """What to look for, and what may be there.

    Arguments:
        names: places and bodies that are no persons.
        secrets: counts that were withheld.
        allowed: words that may stand there although they look like a person: the publisher's
            address, authors of the report.
        cited: words of the authors and titles of the bibliography.
        projects: what single projects said of themselves.
        folders: of this computer, which no file may name.
    """

    names: KnownNames = NOBODY
    secrets: tuple[WithheldCount, ...] = ()
    allowed: frozenset[str] = frozenset()
    cited: frozenset[str] = frozenset()
    projects: SingleProjects = field(default_factory=SingleProjects)
    folders: tuple[str, ...] = ()


def withheld_counts(evidence: Evidence) -> tuple[WithheldCount, ...]:
    """The answers of the self-rating that a run withholds; zeros are no secrets."""
    items, counted = evidence.tables["rating_items"].set_index("item_id"), answer_counts(evidence)
    found = []
    for item in distributions(evidence):
        labels = items.loc[item.item, ["label_fi", "label_sv", "label_en"]].dropna().astype(str)
        subjects = (item.item, *labels)
        for value, count, shown in zip(item.values, counted[item.item], item.counts, strict=True):
            if shown is None and count:
                found.append(WithheldCount(subjects, str(value), count, item.answers))
    return tuple(found)


def scan_outputs(folder: Path, known: ScanContext) -> list[Problem]:
    """Search every file below a folder.

    Arguments:
        folder: a rendered report or a bundle. Links that lead out of it are refused, not read.
        known: what to look for.

    Returns:
        Problems that name file and place, persons by their initials only, withheld numbers not
        at all; of one kind in one file no more than `MOST_SHOWN`, and how many more there are.
    """
    problems: list[Problem] = []
    persons: dict[str, tuple[PersonMatch, ...]] = {}
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    for file in files:
        where = file.relative_to(folder).as_posix()
        problems += _in_name(where, known)
        if not file.resolve().is_relative_to(folder.resolve()):
            what, remedy = "is a link that leads out of the folder", "Put the file there."
            problems.append(Problem(where, what, remedy=remedy, code="disclosure.link"))
        elif not file.is_file():
            problems.append(_unreadable(where, "is no file"))
        else:
            problems += _shortened(where, _in_file(file, where, known, persons))
    return sorted(set(problems))


MOST_SHOWN = 10


def _unreadable(where: str, what: str) -> Problem:
    remedy = "Only what can be examined is published: take it out, or mend it."
    return Problem(where, what, remedy=remedy, code="disclosure.unreadable")


def _shortened(where: str, problems: Iterator[Problem]) -> Iterator[Problem]:
    counts: Counter[str] = Counter()
    for problem in sorted(set(problems)):
        counts[problem.code] += 1
        if counts[problem.code] <= MOST_SHOWN:
            yield problem
    for code, count in counts.items():
        if count > MOST_SHOWN:
            what = f"has {count - MOST_SHOWN} more places of this kind"
            yield Problem(where, what, remedy="Mend those that are named first.", code=code)


def _in_file(
    file: Path, where: str, known: ScanContext, persons: dict[str, tuple[PersonMatch, ...]]
) -> Iterator[Problem]:
    try:
        for unit in units(file):
            # The same words stand in many files of a bundle.
            if unit.text not in persons:
                persons[unit.text] = find_persons(unit.text, known.names)
            yield from _in_unit(unit, f"{where}, {unit.where}", known, persons[unit.text])
    except UnreadableError as error:
        yield _unreadable(where, str(error))


_FAULTS = {
    "credential": (
        "holds what looks like a key or a password",
        "Take it out, and have it replaced: others may have read it.",
    ),
    "path": ("names a folder of somebody's computer", "Give the path within the study."),
    "formula": (
        "has a cell that a spreadsheet takes for a formula",
        "Put an apostrophe before it.",
    ),
    "withheld": (
        "tells a count that was withheld",
        "Make the text, figure or table from the protected numbers.",
    ),
}


def _in_unit(
    unit: Unit, where: str, known: ScanContext, persons: tuple[PersonMatch, ...]
) -> Iterator[Problem]:
    for person in persons:
        # Vendors are named wherever their part is public.
        if person.kind in THIRD_PARTY or _is_allowed(person, known):
            continue
        what = f"holds what looks like {with_article(person.kind)} ({person.masked})"
        remedy = "Put [...] in its place, or allow it in evaluation.yml, disclosure: allowed."
        code = f"disclosure.{person.kind.replace('_', '-')}"
        yield Problem(where, what, remedy=remedy, code=code)
    matches = {
        "credential": _CREDENTIAL.search(unit.text) is not None,
        "path": folder_in(unit.text, known.folders),
        "formula": unit.sheet and any(is_formula(value) for _, value in unit.row),
        "withheld": any(_reveals(unit, secret) for secret in known.secrets),
    }
    for code, found in matches.items():
        if found:
            what, remedy = _FAULTS[code]
            yield Problem(where, what, remedy=remedy, code=f"disclosure.{code}")
    yield from known.projects.problems(unit, where)


def _is_allowed(found: PersonMatch, known: ScanContext) -> bool:
    if any(found.text in text for text in known.allowed):
        return True
    words = [word for word in re.findall(r"[^\W\d_]{2,}", found.text) if word[0].isupper()]
    return found.kind == "person" and bool(words) and known.cited.issuperset(words)


def _reveals(unit: Unit, secret: WithheldCount) -> bool:
    """Whether a unit gives a withheld count: as fields of a row, or as `label: answer: count`."""
    if unit.row and _row_reveals(unit.row, secret):
        return True
    for subject in secret.subjects:
        if subject not in unit.text:
            continue
        for match in re.finditer(re.escape(subject), unit.text):
            # Up to the next sentence: then another item is spoken of.
            said = re.split(r"\.\s", unit.text[match.end() : match.end() + 400])[0]
            said = said.replace("\u00a0", " ")
            number = rf"(?:{secret.count}(?![\d,.]\d|\d| %)|{_percent(secret)})"
            part = rf"(?<![\d–,.-]){re.escape(secret.part)}(?![\d–-])[^\d;|]{{0,12}}[:=]\s?"
            if re.search(part + number, said):
                return True
    return False


def _row_reveals(row: tuple[tuple[str, str], ...], secret: WithheldCount) -> bool:
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
    # A record has its answer among its dimensions, and as n how many answered anything.
    names = [name for name, _ in row]
    numbers = names.index("estimand") if _is_record(names) else 0
    at = next(
        (i for i, value in enumerate(values[: numbers or None]) if value == secret.part), None
    )
    return at is not None and any(
        i != at and i >= numbers and (name.lower() in _COUNTS or not name)
        and not (numbers and name == "n") and _is_count(value, secret)
        for i, (name, value) in enumerate(row)
    )  # fmt: skip


def _is_record(names: Sequence[str]) -> bool:
    """Whether a row is a record of an indicator as JSON has it, its dimensions before the rest."""
    return {"estimand", "key"} <= {*names} and names.index("estimand") < names.index("key")


def _is_count(text: str, secret: WithheldCount) -> bool:
    try:
        value = float(text.replace("\u00a0", "").replace(",", ".").rstrip("% "))
    except ValueError:
        return bool(re.fullmatch(_percent(secret), text.replace("\u00a0", " ")))
    share = secret.count / secret.of
    return value == secret.count or abs(value - share) < 5e-4 or abs(value - 100 * share) < 0.05


def _percent(secret: WithheldCount) -> str:
    return rf"{round(100 * secret.count / secret.of)} %"


def _in_name(where: str, known: ScanContext) -> Iterator[Problem]:
    """Names of files write what words are in many ways: Matti_Virtanen, matti-virtanen."""
    plain = re.sub(r"[_/+]|(?<=[^\W\d_])[-.](?=[^\W\d_])", " ", where)
    found = [*find_persons(where, known.names), *find_persons(plain, known.names)]
    # Small letters hide names, but words in a row are no person unless one is on a list.
    found += [
        one
        for one in find_persons(plain.title(), known.names)
        if one.kind == "person"
        and len(words := one.text.split()) > 1
        and any(is_given(word) or is_surname(word) for word in words)
    ]
    kinds = {
        one.kind for one in found if one.kind not in THIRD_PARTY and not _is_allowed(one, known)
    }
    for kind in sorted(kinds):
        what = f"the file's name holds what looks like {with_article(kind)}"
        code = f"disclosure.{kind.replace('_', '-')}"
        yield Problem(where, what, remedy="Rename the file.", code=code)


def folder_in(text: str, own: Iterable[str]) -> bool:
    """Whether a text names a folder of a computer, or one of `own`, such as that of the study."""
    return _FOLDER.search(text) is not None or any(
        re.search(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", text) for folder in own
    )


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute this text; a plain signed number it may."""
    return text.startswith(_RISKY) and not _NUMBER.fullmatch(text) and text.strip("-+ ") != ""


_FIELD = re.compile(
    r"^\s*(?:author|editor|translator|title|subtitle|booktitle|journal|journaltitle|publisher"
    r"|institution|organization)\s*=\s*(.{1,2000}?)\s*,?\s*$",
    re.IGNORECASE | re.MULTILINE,
)


def cited_words(folder: Path) -> frozenset[str]:
    """Words of the authors and titles in the BibTeX files of a folder; notes are not among them."""
    files = sorted((*folder.glob("*.bib"), *folder.glob("*/*.bib")))  # of all, and of a language
    texts = (path.read_text(encoding="utf-8") for path in files)
    fields = (field for text in texts for field in _FIELD.findall(text))
    return frozenset(word for field in fields for word in re.findall(r"[^\W\d_]+", field))
