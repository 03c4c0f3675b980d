"""Register numbers: found in text however they were typed, and compared by what they say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from evaltools.documents.superscripts import blank_marks

_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad_]")
_SLASHES = re.compile("[\u2044\u2215\uff0f]")
_AROUND_STROKES = re.compile(r"[^\S\n]*([/-])[^\S\n]*")
_LEADING_ZEROS = re.compile(r"(?<=/)0+(?=\d+(?:/|$))")


def number_key(number: str) -> str:
    """What two spellings of the same register number have in common.

    `VN/123/2020`, `vn / 0123 / 2020` and `VN-123-2020` have the same key.

    Arguments:
        number: as it stands in a table, a text or a file name.
    """
    stroked = _with_strokes(_tidied(number)).strip()
    return _LEADING_ZEROS.sub("", re.sub(r"\s+", "", stroked))


def find_numbers(text: str, patterns: Sequence[str]) -> tuple[str, ...]:
    """Keys of the register numbers in a text, each once, in the order they first stand there.

    Arguments:
        text: any text; spaces around strokes and dashes in their place are taken for strokes.
        patterns: regular expressions of the numbers, as `evaluation.yml` declares them.
    """
    tidy = _tidied(text)
    found: dict[str, int] = {}
    for pattern in patterns:
        compiled = re.compile(rf"(?<![\w/.])(?:{pattern})(?![\w])", re.IGNORECASE)
        for form in (tidy, _with_strokes(tidy)):  # both as long, so that places compare
            for match in compiled.finditer(form):
                key = number_key(match.group())
                found[key] = min(found.get(key, match.start()), match.start())
    return tuple(sorted(found, key=lambda key: (found[key], key)))


def by_key(numbers: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Projects by the key of their register number.

    Arguments:
        numbers: (register number, project_id); empty numbers are left out.

    Returns for each key its projects in order of id: more than one where the register has the
    same number twice.
    """
    projects: dict[str, set[str]] = {}
    for number, project in numbers:
        if number.strip():
            projects.setdefault(number_key(number), set()).add(project)
    return {key: tuple(sorted(found)) for key, found in sorted(projects.items())}


def _tidied(text: str) -> str:
    text = blank_marks(unicodedata.normalize("NFC", text)).replace("\u00ad", "")
    text = _SLASHES.sub("/", _DASHES.sub("-", text))
    return _AROUND_STROKES.sub(r"\1", text).upper()


def _with_strokes(text: str) -> str:
    return text.replace("-", "/")
