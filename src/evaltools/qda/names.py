"""Names of other tools: what they mean, and identifiers made of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Hashable, Mapping
from functools import cache, partial
from importlib.resources import files
from itertools import count
from typing import Any, TypeVar

import yaml

from evaltools.documents.spreadsheets.xlsx_parts import column_letters
from evaltools.qda.model import name_stem

_IDENTIFIER = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")
CODE_ID = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})

K = TypeVar("K", bound=Hashable)
_Named = TypeVar("_Named")


@cache
def lexicon() -> dict[str, Any]:
    """What tools and people call columns, their values, and links (`names.yml`)."""
    text = (files("evaltools.qda") / "names.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


@cache
def meanings(section: str) -> dict[str, str]:
    """What each name of a section of the lexicon means."""
    names: dict[str, list[str]] = lexicon()[section]
    return {name: meaning for meaning, known in names.items() for name in known}


def code_ids(paths: Mapping[K, tuple[str, ...]]) -> dict[K, str]:
    """Identifiers of codes, in the form that `codes` asks for, of names from the broadest code
    down; a name that already is such an identifier, as in an export of a study, stays."""

    def plain(path: tuple[str, ...]) -> str:
        if path and CODE_ID.fullmatch(path[-1]):
            return path[-1]
        parts = [_slug(name, "a-z") or "code" for name in path]
        return ".".join(parts if len(parts) > 1 else ["code", *parts])

    # Digits are not allowed in identifiers of codes.
    return _unique(paths, plain, lambda one, number: f"{one}_{column_letters(number - 1).lower()}")


def document_ids(names: Mapping[K, str]) -> dict[K, str]:
    """Identifiers of documents, made of their names without the format's suffix."""

    def plain(name: str) -> str:
        stem = name_stem(name)
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", stem):
            return stem
        return _slug(stem, "a-z0-9").replace("_", "-")[:100] or "document"

    return _unique(names, plain, lambda one, number: f"{one}-{number}")


def fold_name(name: str) -> str:
    """A name in small letters without marks: Ångström and angstrom are one."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "".join(one for one in folded if not unicodedata.combining(one))


def _slug(name: str, letters: str) -> str:
    return re.sub(rf"[^{letters}]+", "_", fold_name(name)).strip("_")


def _unique(
    named: Mapping[K, _Named], plain: Callable[[_Named], str], numbered: Callable[[str, int], str]
) -> dict[K, str]:
    """Who comes first keeps the plain identifier; the order is that of the mapping."""
    ids: dict[K, str] = {}
    taken: set[str] = set()
    for key, name in named.items():
        wanted = plain(name)
        ids[key] = first_free(wanted, taken, partial(numbered, wanted))
        taken.add(ids[key])
    return ids


def first_free(wanted: str, taken: Container[str], numbered: Callable[[int], str]) -> str:
    """What is wanted, or else the first that is not taken of those numbered from 2."""
    numbers = count(2)
    while wanted in taken:
        wanted = numbered(next(numbers))
    return wanted


def identifier(name: str, fallback: str, taken: Container[str], under: str = "") -> str:
    """An identifier for a name, which stays if it is one already; one that is taken gets a number.

    Arguments:
        fallback: where nothing of the name can be used.
        under: identifier of what it belongs to, which is put before a name that is none yet.
    """
    stem = name.strip()
    if not _IDENTIFIER.fullmatch(stem):
        stem = slug(name) or fallback
        stem = f"{under}.{stem}" if under else stem
    return first_free(stem, taken, lambda number: f"{stem}_{number}")


def slug(name: str) -> str:
    """Small letters without marks, figures and underscores; parts that a tool joins by `::`,
    `\\` or `/` are parted by dots."""
    parts = (_slug(part, "a-z0-9") for part in re.split(r"::|[\\/]", fold_name(name)))
    return ".".join(part for part in parts if part)
