"""Where an indicator is used: places of the prose, and findings that look at it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.files import read_text

if TYPE_CHECKING:
    from evaltools.study import Study

_VARIABLE = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")
_FINDING = re.compile(r"""finding=["']([^"']+)["']""")
FORMS = ("x", "n", "quantity", "population", "superpopulation", "bounds", "interval")
"""What prose can ask of an indicator besides its own measure."""


@dataclass(frozen=True, order=True)
class Place:
    """A line of the prose and the variable it asks for, or the finding it states."""

    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.name})"


def keys_of_variable(variable: str, keys: Iterable[str]) -> list[str]:
    """Keys of the indicators that a variable of the prose prints, sorted.

    `challenge.staff.x` and `challenge.staff.by.region.06.share` are of `challenge.staff.share`;
    `ranking.challenge.top` is of every challenge's share.
    """
    stem, _, form = variable.rpartition(".")
    stem = stem.partition(".by.")[0]
    family = variable.split(".")[1] if variable.startswith("ranking.") else None
    found = []
    for key in keys:
        beginning, _, measure = key.rpartition(".")
        if family is not None:
            if key.count(".") == 2 and key.startswith(f"{family}.") and measure == "share":
                found.append(key)
        elif beginning == stem and (measure == form or form in FORMS):
            found.append(key)
    return sorted(set(found))


def places_of(key: str, folder: Path, root: Path) -> list[Place]:
    """Places of the prose that print an indicator, in order.

    Arguments:
        key: of the indicator.
        folder: with the author's sources, such as `reports`; what was built is left out.
        root: of the study, below which places are told.
    """
    return [
        place for place in _marks(folder, root, _VARIABLE) if keys_of_variable(place.name, [key])
    ]


def statements_of(finding: str, folder: Path, root: Path) -> list[Place]:
    """Places of the prose that state a finding, in order."""
    return [place for place in _marks(folder, root, _FINDING) if place.name == finding]


def findings_on(key: str, study: Study) -> list[str]:
    """Ids of the declared findings that look at an indicator, in the order of the file."""
    from evaltools.findings.clauses import keys_of
    from evaltools.findings.declaration import FILE_NAME, load_findings

    if not (study.root / FILE_NAME).is_file():
        return []
    found = []
    for finding in load_findings(study.root):
        names, globs = keys_of(finding.condition)
        if key in names or any(fnmatch.fnmatchcase(key, glob) for glob in globs):
            found.append(finding.id)
    return found


def nearest_keys(key: str, keys: Iterable[str], most: int = 3) -> list[str]:
    """Keys that may have been meant, the likeliest first."""
    from difflib import get_close_matches

    known = sorted(set(keys))
    near = get_close_matches(key, known, most, 0.5)
    parts = [known_key for known_key in known if key and key in known_key]
    return list(dict.fromkeys([*near, *parts]))[:most]


def _marks(folder: Path, root: Path, pattern: re.Pattern[str]) -> list[Place]:
    found = []
    for path in sorted(folder.rglob("*.qmd")):
        below = path.relative_to(folder).parts
        if any(part.startswith(("_build", ".", "_generated")) for part in below):
            continue
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            found += [Place(name, number, match) for match in pattern.findall(line)]
    return found
