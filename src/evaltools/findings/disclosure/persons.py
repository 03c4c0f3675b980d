"""Persons and addresses in a text: names, e-mail, telephone, identity codes, streets.

Names are found by rule: a title or a cue before capitalised words, a given name, or the shape of a
surname. Municipalities and bodies of the register are left alone, and so is the first
word of a sentence unless more speaks for a name. A person must still read what is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from evaltools.findings.disclosure import identifiers as ids
from evaltools.findings.disclosure import names

Kind = Literal["person", "email", "phone", "identity_code", "address", "business_id", "company"]
THIRD_PARTY: frozenset[Kind] = frozenset({"business_id", "company"})
"""Not of persons; reported apart, since naming a vendor can harm it but is often public."""

GAP = "[...]"
_CAPITAL = r"[A-ZÅÄÖŠŽÉ][a-zåäöéüšž]+(?:-[A-ZÅÄÖŠŽÉ][a-zåäöéüšž]+)?"
_WORD = re.compile(_CAPITAL)
_PAIR = re.compile(rf"({_CAPITAL}|[A-ZÅÄÖ]\.)\s((?:{_CAPITAL}\s)?(?:von |af |de )?{_CAPITAL})")
_TITLED = re.compile(
    rf"(?<!\w)(?i:{'|'.join(names.TITLE_WORDS)})[,:]?\s((?:[A-ZÅÄÖ]\.\s)?{_CAPITAL}(?:\s{_CAPITAL})?)"
)
_CUED = re.compile(
    rf"(?<!\w)(?i:{'|'.join(names.CUE_WORDS)}):?\s(?:[a-zåäö]+\s){{0,2}}({_CAPITAL}\s{_CAPITAL})"
)
_ENDING = (
    r"(?:n|a|ä|ta|tä|lle|lla|llä|lta|ltä|ssa|ssä|sta|stä|na|nä|ksi|kin|han|hän|s|ia|ja|in"
    r"|ille|illa|ista|ilta)"
)
_ADJECTIVE = re.compile(
    r"(?:\w{2}[aeiouyäö]lli|[eoö]i|mmäi)(?:nen|sen|sta|stä|sia|siä|set|sella|sellä|selle)$"
)
"""What adjectives look like: Hallinnollinen, Sähköinen, Keskeinen."""
_STARTS = re.compile(r"(?:^|[.!?:;|]\s+|\n\s*|[-–•*]\s+|[\"”»(\[]\s*)$")


@dataclass(frozen=True, order=True)
class Found:
    """A stretch of text that points at somebody.

    Arguments:
        start, end: code points, end exclusive.
        kind: what it is.
        text: the words. Not for messages: see `masked`.
    """

    start: int
    end: int
    kind: Kind
    text: str

    @property
    def masked(self) -> str:
        """First letter and an ellipsis a word: enough to find it, not to print it."""
        return " ".join(word[0] + "…" for word in self.text.split())


@dataclass(frozen=True)
class Known:
    """Names that are no persons.

    Arguments:
        municipalities, regions: uninflected, in any language.
        organisations: bodies of the register, as they are called there.
    """

    municipalities: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Known:
        """The municipalities, regions and organisations of a study's tables."""

        def column(table: str, *columns: str) -> frozenset[str]:
            frame = tables.get(table, pd.DataFrame())
            values = (frame[c].dropna().astype(str) for c in columns if c in frame.columns)
            return frozenset(value for series in values for value in series if value)

        return cls(
            column("municipalities", "name_fi", "name_sv"),
            column("regions", "name_fi", "name_sv"),
            column("organisations", "name_fi", "name_sv", "name_en"),
        )

    @cached_property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Capitalised words of all names and of common bodies, by their first three letters."""
        found = {
            word
            for name in (*self.municipalities, *self.regions, *self.organisations, *names.BODIES)
            for word in _WORD.findall(name)
        }
        by_start: dict[str, list[str]] = {}
        for word in sorted(found):
            by_start.setdefault(word[:3], []).append(word)
        return {start: tuple(words) for start, words in by_start.items()}

    def has(self, word: str) -> bool:
        """Whether a word is part of a known name, in any case: Lahdessa, Helsingin, Esbos."""
        return any(is_form(word, known) for known in self.words.get(word[:3], ()))


def is_form(word: str, known: str) -> bool:
    """Whether a word could be a known name in some case: Lahti, Lahden; never Lahti, Lahtinen."""
    shared = _shared(word, known)
    kept = len(known) - (3 if known.endswith("nen") else 2)
    return word == known or (
        shared >= max(3, kept)
        and re.fullmatch(rf"\w{{0,3}}?{_ENDING}", word[shared:]) is not None
        and re.search(r"(?:nen|sen|sel\w{2,3}|ses\w{2})$", word[shared:]) is None
    )


NOBODY = Known()


def find_persons(text: str, known: Known = NOBODY) -> tuple[Found, ...]:
    """Everything in a text that points at a person or a company, in order, without overlaps.

    Arguments:
        text: any text, however long; Finnish, Swedish or both.
        known: places and bodies that are no persons.
    """
    taken: list[Found] = []
    covered = bytearray(len(text))

    def take(start: int, end: int, kind: Kind) -> None:
        if not any(covered[start:end]):
            covered[start:end] = b"\x01" * (end - start)
            taken.append(Found(start, end, kind, text[start:end]))

    for kind, start, end in _identifiers(text):
        take(start, end, kind)
    for start, end in _named(text, known):
        take(start, end, "person")
    return tuple(sorted(taken))


def redact(
    text: str, known: Known = NOBODY, *, companies: bool = False
) -> tuple[str, tuple[Found, ...]]:
    """The text with [...] in place of whatever points at a person.

    Arguments:
        text, known: as of `find_persons`.
        companies: take out companies and their business identity codes as well.

    Returns:
        The text, and what was taken out of it with its place in the text as it was.
    """
    edits = tuple(
        found for found in find_persons(text, known) if companies or found.kind not in THIRD_PARTY
    )
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.start], GAP]
        at = edit.end
    return "".join([*pieces, text[at:]]), edits


def _identifiers(text: str) -> Iterator[tuple[Kind, int, int]]:
    for match in ids.EMAIL.finditer(text):
        yield "email", match.start(), match.end()
    for match in ids.IDENTITY_CODE.finditer(text):
        if ids.is_identity_code(match):
            yield "identity_code", match.start(), match.end()
    for match in ids.BUSINESS_ID.finditer(text):
        if ids.is_business_id(match):
            yield "business_id", match.start(), match.end()
    for match in ids.PHONE.finditer(text):
        if 7 <= len(re.sub(r"\D", "", match[0])) <= 15:
            yield "phone", match.start(), match.end()
    for match in ids.ADDRESS.finditer(text):
        unsure = _starts(text, match.start()) and ids.UNSURE_ADDRESS.search(match[0])
        if not unsure and not ids.ROADS.match(match[0]):
            yield "address", match.start(), match.end()
    for match in ids.COMPANY.finditer(text):
        yield "company", match.start(), match.end()


def _named(text: str, known: Known) -> Iterator[tuple[int, int]]:
    for pattern in (_TITLED, _CUED):
        for match in pattern.finditer(text):
            end = _until_known(match, known)
            if end and (pattern is _TITLED or end == match.end(1)):
                yield match.start(1), end
    for match in _overlapping(_PAIR, text):
        first, last = match[1], match[2].split()[-1]
        # Koskela is no case of Koski, after a given name at least.
        farm = _given(first) and re.search(r"[^l]l[aä]$", last) is not None
        if (known.has(last) and not farm) or (known.has(first) and not _given(first)):
            continue
        given = _given(first) or first in names.GIVEN_OR_WORD
        if (
            (given and (_surname(last) or _given(first)))
            or ((first.endswith(".") or not _starts(text, match.start())) and _surname(last))
            or (_surname(first) and _given(last))
        ):
            yield match.start(), match.end()
    for match in _WORD.finditer(text):
        word, inside = match[0], not _starts(text, match.start())
        if known.has(word):
            continue
        if (_given(word) and (inside or word in names.GIVEN)) or (
            inside and _surname(word) and not re.match(r"\s(?:Oy|Ab|kunta)", text[match.end() :])
        ):
            yield match.start(), match.end()


def _overlapping(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    at = 0
    while match := pattern.search(text, at):
        yield match
        at = match.start(2)


def _until_known(match: re.Match[str], known: Known) -> int:
    """Where the name after a title ends; nought where what follows is no name at all."""
    end, at = 0, match.start(1)
    for word in match[1].split():
        if known.has(word):
            break
        end = at + len(word)
        at = end + 1
    return end


def _given(word: str) -> bool:
    """A given name, in any case of either language; double names by their first part."""
    first = word.split("-")[0]
    if first in names.GIVEN or word in names.GIVEN:
        return True
    found = re.fullmatch(rf"(.+?)i?{_ENDING}", word.split("-")[-1])
    return bool(found) and any(form in names.GIVEN for form in _nominatives(word.split("-")[-1]))


def _surname(word: str) -> bool:
    if _ADJECTIVE.search(word):
        return False
    if word in names.SURNAMES or names.SURNAME_SHAPE.fullmatch(word):
        return True
    stem = re.fullmatch(r"(.{3,})se(?:n|lle|lla|llä|lta|ltä|ssa|ssä|sta|stä)", word)
    if stem and len(stem[1]) >= 4 and stem[1][-1] in "aeiouyäö":
        return True
    sw = re.fullmatch(r"(.+?)s", word)
    if sw and names.SURNAME_SHAPE.fullmatch(sw[1]):
        return True
    return any(form in names.SURNAMES for form in _nominatives(word)) or any(
        names.SURNAME_SHAPE.fullmatch(form) is not None for form in _nominatives(word)
    )


def _nominatives(word: str) -> Iterable[str]:
    """What the word could be the inflected form of: Matin, Pekalle, Mikaelin, Lindqvistille."""
    forms = []
    for ending in (
        "lle", "lla", "llä", "lta", "ltä", "ssa", "ssä", "sta", "stä", "na", "nä", "ksi", "n",
        "a", "ä", "s", "kin",
    ):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: -len(ending)]
            forms.append(stem)
            if stem.endswith("i"):
                forms.append(stem[:-1])
            # Weak grade: Pekka, Pekan; Matti, Matin; Seppo, Sepon; Heikki, Heikin.
            weak = re.fullmatch(r"(.*)([kpt])([aeiouyäö])", stem)
            if weak:
                forms.append(weak[1] + weak[2] * 2 + weak[3])
    return forms


def _shared(one: str, other: str) -> int:
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size


def _starts(text: str, at: int) -> bool:
    """Whether a sentence, a line, a bracket or a quotation begins here."""
    before = text[max(0, at - 12) : at]
    return (at <= 12 and not before.strip()) or bool(_STARTS.search(before))
