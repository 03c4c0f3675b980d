"""Persons and addresses in a text: names, e-mail, telephone, identity codes, streets, accounts.

Numbers and addresses are found by form and check digit (`identifiers`), names by lists in any case
of inflection, by the shape of surnames, and by titles and cues before capitalised words
(`name_shapes`). Places and bodies of the register are left alone. A name that is on no list,
stands alone and has no title or cue cannot be found: a person must still read what is published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, takewhile

import pandas as pd

from evaltools.disclosure import name_lists as names
from evaltools.disclosure.identifiers import Kind, find_identifiers
from evaltools.disclosure.inflection import base_forms
from evaltools.disclosure.name_shapes import names_in
from evaltools.evidence.redaction_checks import GAP

THIRD_PARTY: frozenset[Kind] = frozenset({"business_id", "company"})
"""Not of persons; reported apart, since naming a vendor can harm it but is often public."""

_WORD = re.compile(r"[A-ZÅÄÖŠŽÉ][a-zåäöéüšž]+(?:-[A-ZÅÄÖŠŽÉ][a-zåäöéüšž]+)?")
_ENDING = (
    r"(?:n|a|ä|ta|tä|lle|lla|llä|lta|ltä|ssa|ssä|sta|stä|na|nä|ksi|kin|han|hän|s|ia|ja|in"
    r"|ille|illa|ista|ilta)"
)


@dataclass(frozen=True, order=True)
class PersonMatch:
    """A stretch of text that points at somebody: code points, end exclusive, and its words.

    The words are not for messages: see `masked`.
    """

    start: int
    end: int
    kind: Kind
    text: str

    @property
    def masked(self) -> str:
        """First letter and an ellipsis a word: enough to find it, not to print it."""
        return " ".join(word[0] + "…" for word in self.text.split())


def with_article(kind: Kind) -> str:
    """A kind as it stands in a message: `an identity code`."""
    return ("an " if kind[0] in "aeiou" else "a ") + kind.replace("_", " ")


@dataclass(frozen=True)
class KnownNames:
    """Names that are no persons: those of places and bodies, uninflected, in any language."""

    names: frozenset[str] = frozenset()
    _seen: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> KnownNames:
        """The names in a study's tables: no table has names of persons, and those of places and
        bodies stand in columns by language, `name_fi`.
        """
        columns = (
            frame[column].dropna().astype(str)
            for frame in tables.values()
            for column in frame.columns
            if str(column).startswith("name_")
        )
        return cls(frozenset(name for values in columns for name in values if name))

    @cached_property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Capitalised words of all names and of common bodies, by their first three letters."""
        found = {word for name in (*self.names, *names.BODIES) for word in _WORD.findall(name)}
        by_start: dict[str, list[str]] = {}
        for word in sorted(found):
            by_start.setdefault(word[:3], []).append(word)
        return {start: tuple(words) for start, words in by_start.items()}

    def has(self, word: str) -> bool:
        """Whether a word is part of a known name, in any case: Lahdessa, Helsingin, Esbos."""
        if word not in self._seen:
            near = self.words.get(word[:3], ())
            self._seen[word] = any(is_form(word, known) for known in near)
        return self._seen[word]


def is_form(word: str, known: str) -> bool:
    """Whether a word could be a known name in some case: Lahti, Lahden; never Lahti, Lahtinen."""
    if known in base_forms(word):
        return True
    # Long names also by their beginning: Kangasalla is Kangasala's.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(word, known, strict=False))
    shared = sum(1 for _ in alike)
    kept = len(known) - (3 if known.endswith("nen") else 2)
    return (
        shared >= max(6, kept)
        and re.fullmatch(rf"\w{{0,3}}?{_ENDING}", word[shared:]) is not None
        and re.search(r"(?:nen|sen|sel\w{2,3}|ses\w{2})$", word[shared:]) is None
    )


NOBODY = KnownNames()


def find_persons(text: str, known: KnownNames = NOBODY) -> tuple[PersonMatch, ...]:
    """Everything in a text that points at a person or a company, in order, without overlaps.

    Arguments:
        text: any text, however long, in one language or several.
        known: places and bodies that are no persons.
    """
    folded = fold(text)
    taken: list[PersonMatch] = []
    covered = bytearray(len(folded.text))
    person: Kind = "person"
    named = ((person, span) for span in names_in(folded.text, known.has))
    for kind, (start, end) in chain(find_identifiers(folded.text), named):
        if not any(covered[start:end]):
            covered[start:end] = b"\x01" * (end - start)
            at, until = folded.span(start, end)
            taken.append(PersonMatch(at, until, kind, text[at:until]))
    return tuple(sorted(taken))


def redact(
    text: str, known: KnownNames = NOBODY, *, companies: bool = False
) -> tuple[str, tuple[PersonMatch, ...]]:
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


_PLAIN = re.compile(r"[\x00-\x7fåäöÅÄÖéüÉÜšžŠŽ§°€£±×·«»”“’‘…]*")
_DASHES = dict.fromkeys(map(ord, "‐‑‒−﹘﹣－"), "-")
_LONG_DASH = re.compile(r"(?<=\d)[–—―]|[–—―](?=\d)|(?<=\d )[–—―]")
"""Between digits they are typed for a hyphen; between names they join two of them."""
_BLANKS = dict.fromkeys((160, 5760, *range(8192, 8203), 8239, 8287, 12288), " ")
_BREAKS = frozenset("\u00ad\u200b")
"""Places where a line may break: within a word they are nothing, between two names a blank."""
_SAME = _DASHES | _BLANKS | {0x2018: "'", 0x2019: "'", 0x02BC: "'", 0xFF20: "@", 0xFF0B: "+"}


@dataclass(frozen=True)
class Folded:
    """A text in one spelling.

    Arguments:
        text: with plain dashes, blanks and digits, composed letters, nothing invisible.
        places: of each of its characters in the text as it was; None where they are the same.
        size: of the text as it was, in code points.
    """

    text: str
    places: tuple[int, ...] | None
    size: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the folded text as one of the text as it was, end exclusive."""
        if self.places is None or start == end:
            return start, end
        last = self.places[end] if end < len(self.places) else self.size
        return self.places[start], last


def fold(text: str) -> Folded:
    """The text in one spelling, so that patterns need to know one only."""
    if _PLAIN.fullmatch(text):
        return Folded(_LONG_DASH.sub("-", text.translate(_SAME)), None, len(text))
    made: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cf":
            if character not in _BREAKS or not _joins_names(text, place):
                continue
            character = " "
        if category == "Mn" and made and places[-1] == place - 1:
            joined = unicodedata.normalize("NFC", made[-1] + character)
            if len(joined) == 1:
                made[-1] = joined
                continue
        plain = _SAME.get(ord(character), character)
        if unicodedata.decomposition(plain).startswith(("<wide>", "<font>")):
            plain = unicodedata.normalize("NFKC", plain)
        if category == "Nd" and not character.isascii():
            plain = str(unicodedata.digit(character))
        elif category == "No" and (digit := unicodedata.digit(character, None)) is not None:
            # Raised digits behind a word or a number are the mark of a note, else a number.
            before = text[place - 1] if place else " "
            follows = unicodedata.category(before) == "No" and made
            mark = made[-1] == " " if follows else before.isalnum()
            plain = " " if mark else str(digit)
        made.append(plain)
        places.append(place)
    same = len(places) == len(text)
    return Folded(_LONG_DASH.sub("-", "".join(made)), None if same else tuple(places), len(text))


def _joins_names(text: str, place: int) -> bool:
    """Whether a small letter stands before this place and a capital after it."""
    return text[place - 1 : place].islower() and text[place + 1 : place + 2].isupper()
