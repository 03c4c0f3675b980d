"""Which project a document is of, by its mapping, form, first page or name; never guessed.

Register numbers are found however they were typed, and compared by what they say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from evaltools.documents.superscripts import blank_superscripts
from evaltools.ingest.form_text import matches
from evaltools.problems import Problem, list_values, nearest_value, quote_value

_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad_]")
_SLASHES = re.compile("[\u2044\u2215\uff0f]")
_AROUND_STROKES = re.compile(r"[^\S\n]*([/-])[^\S\n]*")
_LEADING_ZEROS = re.compile(r"(?<=/)0+(?=\d+(?:/|$))")


def number_key(number: str) -> str:
    """What two spellings of the same register number have in common.

    `AB/123/2020`, `ab / 0123 / 2020` and `AB-123-2020` have the same key.
    """
    stroked = _normalise_slashes(_tidy(number)).strip()
    return _LEADING_ZEROS.sub("", re.sub(r"\s+", "", stroked))


def find_numbers(text: str, patterns: Sequence[str]) -> tuple[str, ...]:
    """Keys of the register numbers in a text, each once, in the order they first stand there.

    Spaces around strokes and dashes in their place are taken for strokes. The patterns are regular
    expressions of the numbers, as `evaluation.yml` declares them.
    """
    tidy = _tidy(text)
    numbers: dict[str, int] = {}
    for pattern in patterns:
        compiled = re.compile(rf"(?<![\w/.])(?:{pattern})(?![\w])", re.IGNORECASE)
        for form in (tidy, _normalise_slashes(tidy)):  # both as long, so that places compare
            for match in compiled.finditer(form):
                key = number_key(match.group())
                numbers[key] = min(numbers.get(key, match.start()), match.start())
    return tuple(sorted(numbers, key=lambda key: (numbers[key], key)))


def _tidy(text: str) -> str:
    text = blank_superscripts(unicodedata.normalize("NFC", text)).replace("\u00ad", "")
    text = _SLASHES.sub("/", _DASHES.sub("-", text))
    return _AROUND_STROKES.sub(r"\1", text).upper()


def _normalise_slashes(text: str) -> str:
    return text.replace("-", "/")


Way = Literal["register number", "file name", "mapping file"]
"""What tells the project of a document."""

SHORTEST = 5
"""Characters of a register number, at least, that is looked for without a declared form."""

FIRST_PAGE_CHARACTERS = 3_000
"""How much of a text without pages is taken for its first page."""


@dataclass(frozen=True)
class Projects:
    """Register numbers by project_id, empty where unknown, by what documents call projects.

    `patterns` are regular expressions of register numbers; where there are none, the numbers are
    looked for as they are. `labels` are those of the form's field for the register number.
    """

    numbers: Mapping[str, str]
    patterns: Sequence[str]
    labels: Sequence[str] = ()

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        projects: dict[str, list[str]] = {}
        for project, number in sorted(self.numbers.items()):
            if number.strip():
                projects.setdefault(number_key(number), []).append(project)
        return projects

    @cached_property
    def _names(self) -> re.Pattern[str]:
        # The longest first, so that ex-1 is not found where ex-1-02 stands.
        ids = sorted(self.numbers, key=lambda name: (-len(name), name))
        either = "|".join(map(re.escape, ids)) or "(?!)"
        return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])", re.IGNORECASE)

    def find_by_keys(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Projects that have one of the register numbers, in order of id."""
        return tuple(sorted({name for key in keys for name in self._by_key.get(key, ())}))

    def numbers_in(self, text: str) -> tuple[str, ...]:
        """Keys of the register numbers in a text."""
        return find_numbers(text, self.patterns or self._literals)

    @cached_property
    def _literals(self) -> tuple[str, ...]:
        # A short number, such as 17, is in many texts by chance.
        known = {_tidy(number).strip() for number in self.numbers.values()}
        long = {one for one in known if len(one) >= SHORTEST and re.search(r"\d", one)}
        return tuple(sorted(re.escape(one) for one in long | set(map(_normalise_slashes, long))))

    def numbers_in_field(self, value: str) -> tuple[str, ...]:
        """Keys of the register numbers in the form's own field for it."""
        numbers = self.numbers_in(value)
        if numbers or self.patterns or not value.strip():
            return numbers
        return (number_key(value),)

    def find_named(self, name: str) -> tuple[str, ...]:
        """Projects whose id stands in a file name, in order of id."""
        folded = {match.group().casefold() for match in self._names.finditer(name)}
        return tuple(sorted(project for project in self.numbers if project.casefold() in folded))

    def suggest_number(self, keys: Sequence[str]) -> str:
        """A suggestion for a register number that no project has; empty where none is near."""
        for key in keys:
            near = nearest_value(key, self._by_key)
            if near is not None:
                return f"Did you mean {quote_value(self.numbers[self._by_key[near][0]])}?"
        return ""


def match_project(
    file: str, fields: Sequence[tuple[str, str]], first_page: str, projects: Projects
) -> tuple[str, Way] | Problem:
    """The one project that a document can be of, and what tells it; or why it is not known.

    The form's own field comes first, then its other fields, the first page and the file name;
    the first of them that holds a known number decides, unless the name contradicts it.

    Arguments:
        fields: (label, value) of its form.
    """
    name = file.rpartition("/")[2]
    by_number = projects.find_by_keys(projects.numbers_in(name))
    named = sorted({*projects.find_named(name), *by_number})
    say = "Say in the mapping file which it is."

    def describe(ids: Sequence[str]) -> str:
        numbers = projects.numbers
        return list_values(f"{one} ({numbers[one]})" if numbers[one] else one for one in ids)

    def several(place: str, ids: Sequence[str]) -> Problem:
        what = f"{place} tells several projects: {describe(ids)}"
        return Problem(file, what, "one project", say, "import.ambiguous")

    own = [(label, value) for label, value in fields if matches(label, projects.labels)]
    other = [value for label, value in fields if not matches(label, projects.labels)]
    for place, text, decides in (  # an unknown number in the form's own field ends the search
        *((f"the field {quote_value(label)}", value, True) for label, value in own),
        ("its form", "\n".join(other), False),
        ("its first page", first_page, False),
    ):
        keys = projects.numbers_in_field(text) if decides else projects.numbers_in(text)
        found = projects.find_by_keys(keys)
        if len(found) > 1:
            return several(place, found)
        if found and named and found[0] not in named:
            what = f"{place} tells {describe(found)}, its name {describe(named)}"
            return Problem(file, what, "one project", say, "import.ambiguous")
        if found:
            return found[0], "register number"
        if keys and decides:
            what = f"no project has the register number {list_values(keys)} of {place}"
            remedy = projects.suggest_number(keys)
            remedy = remedy or "Correct it in the register, or name the project in the mapping."
            allowed = "a register_number of projects"
            return Problem(file, what, allowed, remedy, "import.unmatched")
    if len(named) > 1:
        return several("its file name", named)
    if named:
        return named[0], "file name"
    keys = projects.numbers_in("\n".join([*(value for _, value in fields), first_page, file]))
    what = f"only {list_values(keys)}, which no project has" if keys else "no register number"
    return Problem(
        file,
        f"{what} in its form, first page or name, and no project_id in its name",
        "a register number or project_id of projects",
        "Name the project in the mapping file, or add its register number to the register.",
        "import.unmatched",
    )
