"""Words of one language that were left in a page of another.

Two detectors. The first knows the study: words of its Finnish texts (prose, phrases, labels) that
its texts in the other language do not have. The second knows the languages: what simplemma knows
as a form of a Finnish word and of no word of the others. Names are data: of places, bodies and
people, and what is marked as another language (`lang="fi"`) is a quotation.
"""

from __future__ import annotations

import base64
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import simplemma
import yaml
from lxml import etree, html

LANGUAGES = ("fi", "sv", "en")
_WORD = re.compile(r"[^\W\d_]{4,}")
_ADDRESS = re.compile(r"https?://\S+|\b[\w-]+\.(?:fi|org|com|csv)\b\S*")
_SHOWN = ("alt", "title", "aria-label", "aria-description", "placeholder")
_UNREAD = ("style", "script", "code", "math")
_SVG = re.compile(r"data:image/svg\+xml(;base64)?,(.*)", re.DOTALL)
_MARKUP = re.compile(r"\{\{<.*?>\}\}|\{[^{}]*\}|`[^`]*`|@[\w-]+")
_FIELD = re.compile(r"\{[^}|]*\|?")
_NAMES = {
    "organisations": r"name_\w+", "municipalities": r"name_\w+", "regions": r"name_\w+",
    "municipality_changes": r"\w+_name", "coders": "pseudonym",
}  # fmt: skip
"""Columns by table whose words are names. Titles of projects are none: they are quotations."""
PEOPLE = frozenset({"brien"})
"""Names of authors that are words in another language (O'Brien)."""


def words_of(text: str) -> set[str]:
    """Words of four letters or more, in small letters; soft hyphens and addresses are none."""
    plain = _ADDRESS.sub(" ", text.replace("\N{SOFT HYPHEN}", ""))
    return {word.lower() for word in _WORD.findall(plain)}


def shown_texts(page: str, of: str) -> Iterator[str]:
    """What a reader of a page sees or hears in its own language, figures and descriptions too."""
    yield from _texts(html.fromstring(page), of, of)


def _texts(node: etree._Element, of: str, inherited: str) -> Iterator[str]:
    if not isinstance(node.tag, str) or node.tag.rpartition("}")[2] in _UNREAD:
        if node.tail and inherited == of:
            yield node.tail
        return
    language = node.get("lang") or inherited
    if language == of:
        yield node.text or ""
        yield from (node.get(name, "") for name in _SHOWN if node.tag != "meta")
        if found := _SVG.match(node.get("src", "")):
            packed = found[2]
            drawn = base64.b64decode(packed) if found[1] else unquote(packed).encode()
            yield from _texts(etree.fromstring(drawn), of, of)
    for child in node:
        yield from _texts(child, of, language)
    if node.tail and inherited == of:
        yield node.tail


def names_in(root: Path) -> set[str]:
    """Words of the names in a study's tables."""
    found = set(PEOPLE)
    for table, pattern in _NAMES.items():
        for path in root.glob(f"data/**/{table}.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    for column, value in row.items():
                        if re.fullmatch(pattern, column or ""):
                            found |= words_of(value or "")
    return found


def texts_of(root: Path, language: str) -> set[str]:
    """Words of all that a study and the engine say in a language, by its sources."""
    found: set[str] = set()
    for path in (root / "reports" / language).rglob("*.qmd"):
        found |= words_of(_MARKUP.sub(" ", path.read_text("utf-8")))
    engine = Path(__file__).parents[2] / "src" / "evaltools"
    files = [*engine.glob("i18n/**/*.yml"), engine / "report" / "renderer" / "words.yml",
             *(root / "reports").glob("[a-z]*.yml"), root / "evaluation.yml"]  # fmt: skip
    for path in files:
        found |= _said(yaml.safe_load(path.read_text("utf-8")), language, within=False)
    for path in root.glob("data/**/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column in (f"label_{language}", f"subject_{language}"):
                    found |= words_of(row.get(column) or "")
    return found


def _said(content: object, language: str, within: bool) -> set[str]:
    """Words below the keys of a language; fields of phrases are no words, their forms are."""
    if isinstance(content, dict):
        return set().union(
            *(_said(value, language, within or key == language) for key, value in content.items())
        )
    if isinstance(content, list):
        return set().union(*(_said(each, language, within) for each in content))
    return words_of(_FIELD.sub(" ", str(content))) if within else set()


def left_over(texts: Iterable[str], root: Path, of: str, from_: str) -> dict[str, str]:
    """Words of a page in one language that are words of another, each with where it stands.

    Arguments:
        texts: of the page, in its own language.
        root: the study.
        of: language of the page.
        from_: language whose words may not be left.
    """
    names, own = names_in(root), texts_of(root, of)
    theirs = texts_of(root, from_) - own - names
    others = tuple(language for language in LANGUAGES if language != from_)
    found: dict[str, str] = {}
    for text in texts:
        for word in sorted(words_of(text) - own - names):
            foreign = simplemma.is_known(word, lang=from_) and not any(
                simplemma.is_known(word, lang=other) for other in others
            )
            if word in theirs or foreign:
                found.setdefault(word, " ".join(text.split())[:120])
    return found
