"""Names of persons in a text: which capitalised words, alone or side by side, are somebody's.

Words are read once from left to right, so the time grows with the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evaltools.disclosure import name_lists
from evaltools.disclosure.name_lists import Name, name_of

_UPPER = "".join(
    chr(code)
    for first, last in ((0x41, 0x250), (0x386, 0x530), (0x1E00, 0x1F00))
    for code in range(first, last)
    if chr(code).isupper()
)
_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"(?<![\w@/\\])(?<![^{_UPPER}]\.)(?:[{_UPPER}]\.(?:-?[{_UPPER}]\.)*"  # J. J.K. J.-P.
    rf"|(?:(?:[Aa]l-|[dDoO]'|Mc|Mac)?[{_UPPER}]{_LETTER}*(?:['-][{_UPPER}a-z]{_LETTER}*)*"
    rf"|(?:{'|'.join(sorted(name_lists.PARTICLES))})(?=\s))(?!\w))"
)
_GAP = re.compile(r"[ \t]{1,2}|[ \t]{0,2}\n[ \t]{0,8}|")
_COMMA = re.compile(r",[ \t]{0,2}")
_UNDERSCORE = re.compile(rf"(?<={_LETTER})_(?=[{_UPPER}])")
_SMALL_WORD = r"[a-zåäöéü]{3,}(?:-[a-zåäöéü]{3,})?"
_SMALL = re.compile(rf"(?<![\w@/\\.-])(?=({_SMALL_WORD})(,? |_)({_SMALL_WORD})(?![\w@-]))")
_STARTS = re.compile(
    r"(?:^|[.!?:;|#>]\s+|\n\s*|[-*•·]\s+|[\"”»(\[]\s*|\d[.)]\s+"
    r"|(?:^|\s)'|[.!?…]'\s+)[*_`~]*$"  # single quotation marks, as English has them
)
_BEFORE = re.compile(r"(\w+)[,:]?\s{1,2}$")
_CUED = re.compile(r"(\w+):?\s(?:[a-zåäö]+\s){0,2}$")
_NEXT = re.compile(r"\s(\w+)")
_YEAR = re.compile(r" \((?:1[89]|20)\d\d[a-z]?[);,:]")
_CITED = re.compile(r"[^()\d]{0,80}(?:1[89]|20)\d\d[a-z]?[);,:]")
_LOCAL = re.compile(r"(?:ss[aä]|st[aä]|ll[aä]|lt[aä]|lle|seen|ksi)$")
"""Where somebody is: Matti Helsingistä."""
_MONTH = rf"(?i:{'|'.join(sorted(name_lists.MONTHS))})(?![^\W\d_])\.?"
_TO = r"\s?(?:[-–/,]|(?:to|and|till|och|ja)\b)\s?"
_BEFORE_MONTH = re.compile(
    r"(?:(?P<year>(?<!\w)(?:19|20)\d\d[\s-])"
    r"|(?P<day>(?<![\w.,])\d{1,2}(?:\.|st|nd|rd|th|:[ae])?(?:\s|\sof\s|-)))?"
    rf"(?P<cue>\b(?i:{name_lists.MONTH_CUES})[\s-])?(?P<months>(?:{_MONTH}{_TO})*)$"
)
_AFTER_MONTH = re.compile(
    rf"(?P<months>\.?(?:{_TO}(?:\d{{1,2}}\.?\s)?{_MONTH})*)\.?"
    r"(?P<year>(?:\s\d{1,2}(?:st|nd|rd|th)?)?,?(?:\s?-?(?:19|20)\d\d|\s'\d\d)(?!\w))?"
    r"(?P<day>\s\d{1,2}(?:st|nd|rd|th)?(?!\w))?"
)
_NEARBY = 120
"""Characters before and after a word that tell the language it stands in."""
_LONGEST = 5
_WEAK = frozenset({"given_or_word", "surname_or_word"})

Role = Literal["name", "capitals", "initial", "particle"]


@dataclass(frozen=True)
class _Token:
    """A word that could be part of a name, its first letter a capital and the rest small.

    `opens`: a sentence, a line, a bracket or a quotation begins with it; `place`: it belongs to a
    known place or body; `other`: the language of the text has it as another word than a name.
    """

    start: int
    end: int
    word: str
    role: Role
    opens: bool
    place: bool
    other: bool

    @property
    def name(self) -> Name:
        """What it is as a name."""
        if self.other:
            return "given_or_word"
        return "word" if self.place and not self.given else name_of(self.word)

    @property
    def given(self) -> bool:
        """A given name that is hardly anything else."""
        return not self.other and name_lists.is_given(self.word)

    @property
    def surname(self) -> bool:
        """A surname that is hardly anything else."""
        return not self.place and name_lists.is_surname(self.word)


def names_in(text: str, is_place: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where persons are named in a folded text, from left to right."""
    text = _UNDERSCORE.sub(" ", text)
    yield from _small(text)
    for run in _runs(text, is_place):
        at = 0
        while at < len(run):
            size = _size(text, run[at : at + _LONGEST], len(run) > _LONGEST)
            if size:
                yield run[at].start, run[at + size - 1].end
            at += size or 1


def _small(text: str) -> Iterator[tuple[int, int]]:
    """A listed given name and surname side by side in small letters, with a comma after a cue."""
    for match in _SMALL.finditer(text):
        one, second = (_capitalize(match[part]) for part in (1, 3))
        comma, end = match[2], match.end(3)
        given, surname = (one, second) if name_lists.is_listed(second) else (second, one)
        if not (name_lists.is_listed(surname) and name_lists.is_given(given)):
            continue
        before = _CUED.search(text[max(0, match.start() - 60) : match.start()])
        cued = before is not None and (
            name_lists.is_title(before[1]) or name_lists.is_cue(before[1])
        )
        if cued or (
            comma != ", "
            and (name_lists.is_bare_surname(surname) or not name_lists.is_word(surname))
        ):
            yield match.start(), end


def _runs(text: str, is_place: Callable[[str], bool]) -> Iterator[list[_Token]]:
    """Words side by side that could make up a name."""
    run: list[_Token] = []
    for match in _TOKEN.finditer(text):
        token = _token(text, match, is_place)
        if token is None:
            continue
        if run and (
            (_GAP.fullmatch(text, run[-1].end, token.start) and not _apart(run[-1], token))
            or (len(run) == 1 and _inverted(text, run[0], token))
        ):
            run.append(token)
            continue
        if run:
            yield run
        run = [token]
    if run:
        yield run


def _capitalize(word: str) -> str:
    return "-".join(part.capitalize() for part in word.split("-"))


def _inverted(text: str, surname: _Token, given: _Token) -> bool:
    """A surname in capitals, a comma and a given name: ÖSTERBERG, Åke."""
    return (
        surname.role == "capitals"
        and given.given
        and _COMMA.fullmatch(text, surname.end, given.start) is not None
        and (
            name_lists.name_of(surname.word) in ("surname", "surname_or_word")
            or (surname.name == "unlisted" and len(surname.word) > 4)
        )
    )


def _apart(one: _Token, other: _Token) -> bool:
    return one.end == other.start and one.role != "initial"


def _token(text: str, match: re.Match[str], is_place: Callable[[str], bool]) -> _Token | None:
    word = match[0]
    role: Role = "name"
    if name_lists.is_title(word):
        return None
    if word in name_lists.PARTICLES:
        role = "particle"
    elif word.endswith("."):
        role = "initial"
    elif len(word) == 1:
        # A letter alone is an initial only at the end: Anna K.
        return None
    elif word.isupper():
        role = "capitals"
        word = _capitalize(word)
    elif re.search(r"-[a-zåäö]", word) and not re.match(r"[Aa]l-", word):
        return None  # Aino-hanke, Aalto-yliopisto
    plain = role in ("name", "capitals")
    if plain and _is_month(text, match, word):
        return None
    opens = _opens(text, match.start())
    other = plain and opens and _is_other_word(text, match, word)
    place = plain and is_place(word)
    return _Token(match.start(), match.end(), word, role, opens, place, other)


def _is_other_word(text: str, match: re.Match[str], word: str) -> bool:
    """Whether it is another word than a name in the language of the text around it."""
    if not any(name_lists.is_other_word(word, one) for one in name_lists.LANGUAGES):
        return False
    return name_lists.is_other_word(word, _language_at(text, match))


def _language_at(text: str, match: re.Match[str]) -> str:
    return name_lists.find_language(text[max(0, match.start() - _NEARBY) : match.end() + _NEARBY])


def _is_month(text: str, match: re.Match[str], word: str) -> bool:
    """Whether it is the month of a date: 1 Jan 2023, Jan-Mar, the end of Jan; never Jan Andersson.

    A number before it that begins a line could be that of a row, and is not enough; a day after it
    is where dates are written so.
    """
    parts = word.split("-")
    if not name_lists.MONTHS.issuperset(parts):
        return False
    before = _BEFORE_MONTH.search(text[max(0, match.start() - 40) : match.start()])
    after = _AFTER_MONTH.match(text, match.end())
    assert before is not None
    assert after is not None
    if before["year"] or after["year"]:
        return True
    if re.match(rf"\s[{_UPPER}]", text[match.end() : match.end() + 2]):
        return False
    dated = before["day"] and not _opens(text, match.start() - len(before[0]))
    joined = len(parts) > 1 or before["months"] or after["months"].strip(".")
    return bool(dated or joined or before["cue"]) or (
        after["day"] is not None and _language_at(text, match) == "en"
    )


def _size(text: str, run: Sequence[_Token], crowded: bool) -> int:
    """Of how many of these words a name is made that begins with the first; zero for none."""
    first = run[0]
    if first.role == "particle":
        return 0
    size = _titled(text, run) or _listed(text, run, crowded)
    return 0 if size == 1 and _is_cited(text, first) else size


def _is_cited(text: str, token: _Token) -> bool:
    """An author in a reference: Wilson (1927), (Robins and Alexander 2004)."""
    if _YEAR.match(text, token.end):
        return True
    before = text[max(0, token.start - 80) : token.start]
    opened = before.rpartition("(")
    inside = bool(opened[1]) and ")" not in opened[2] and not re.search(r"\d", opened[2])
    return inside and _CITED.match(text, token.end) is not None


def _titled(text: str, run: Sequence[_Token]) -> int:
    """After a title any capitalised words that are no known place; after a cue two of them."""
    before = text[max(0, run[0].start - 90) : run[0].start]
    title, cue = _BEFORE.search(before), _CUED.search(before)
    plain = run[0].role != "capitals"
    if title is not None and plain and name_lists.is_title(title[1]):
        if not run[0].place:
            return _until(run)
        if _is_surname_of_place(text, title[1], run[0]):
            return 1
    size = _until(run)
    written = size >= 2 and all(one.role != "capitals" for one in run[:size])
    if cue is not None and written and not run[0].opens and name_lists.is_cue(cue[1]):
        return size
    return 0


def _is_surname_of_place(text: str, title: str, token: _Token) -> bool:
    """Whether the name of a place is a person's after a title: Mrs Salo; manager Salo said."""
    if _is_head(text, token):
        return False
    if _LOCAL.search(token.word):
        return False
    if name_lists.is_courtesy(title):
        return True
    if not text[max(0, token.start - 3) : token.start].rstrip()[-1:].isalpha():
        return False  # a heading: Manager: Salo
    next_word = _NEXT.match(text, token.end)
    return next_word is not None and name_lists.is_cue(next_word[1])


def _until(run: Sequence[_Token]) -> int:
    """How many words stand before the first known place; particles do not end a name."""
    size = 0
    for number, token in enumerate(run[:4], 1):
        if token.place:
            break
        if token.role != "particle":
            size = number
    return size


def _listed(text: str, run: Sequence[_Token], crowded: bool) -> int:
    """A name by what its words are, together or, for a few, alone."""
    first, rest = run[0], run[1:]
    following = next((one for one in rest if one.role not in ("initial", "particle")), None)
    if first.role == "initial":
        if following is None or following.role != "name" or not _after_initial(following):
            return 0
        return 0 if _is_head(text, following) else _extent(text, run)
    joined = any(one.word in name_lists.NOBLE for one in rest[:1]) and first.name == "given_or_word"
    if following is not None and (joined or _pair(first, following, crowded)):
        return 0 if _is_head(text, following) else _extent(text, run)
    initials = bool(rest) and rest[0].role == "initial" and first.role == "name"
    if initials and (first.given or first.surname) and not first.place:
        return 2
    return 1 if _alone(text, first) else 0


def _after_initial(token: _Token) -> bool:
    if token.name in ("surname", "surname_or_word", "given"):
        return True
    return token.name == "unlisted" and not token.opens


def _pair(first: _Token, second: _Token, crowded: bool) -> bool:
    """Whether two words, next to each other but for initials and particles, are a person's.

    `crowded`: more capitalised words stand side by side than names have.
    """
    one, other = first.name, second.name
    if first.place and first.role == "capitals" and second.given:
        one = name_lists.name_of(first.word)  # SALO, Maija
    pair = {one, other}
    if crowded or second.opens:
        # Headings of a table side by side, or one line above another.
        return (first.given and other.startswith("surname")) or (
            one == "surname" and second.given and not first.place
        )
    if "capitals" in (first.role, second.role):
        if first.given or second.given:
            return bool(pair & {"surname", "surname_or_word", "unlisted"})
        return "given_or_word" in pair and bool(pair & {"surname", "surname_or_word"})
    if first.given:
        # Koskela is no case of Koski, nor Lahti a town, after a given name at least.
        return not second.place or _LOCAL.search(second.word) is None
    if second.place and not first.place and name_lists.is_word_and_given(first.word):
        # Ilmari Kemi; but not the headings Tuuli and Vantaa.
        sure = not name_lists.is_word(first.word) or name_lists.is_only_name(first.word)
        return (sure or not first.opens) and _LOCAL.search(second.word) is None
    if second.place or first.place:
        return False
    if first.opens:
        # A word that begins a sentence must be a name itself.
        return (
            (one == "given_or_word" and other not in ("word", "given_or_word"))
            or (one in ("surname", "surname_or_word") and other == "given")
            or (one == "surname" and other == "given_or_word")
            or (one == "unlisted" and other != "word")
            or (
                pair <= _WEAK
                and not (name_lists.is_word(first.word) or name_lists.is_word(second.word))
            )
            or (pair == _WEAK and not name_lists.are_words(first.word, second.word))
        )
    if other in ("given", "surname"):
        return True
    if pair <= _WEAK and name_lists.are_words(first.word, second.word):
        # Alfa Väli: names, but the words of a heading as well.
        return name_lists.is_word_and_given(first.word) and other == "surname_or_word"
    return (one not in ("word", "surname") and other in (*_WEAK, "unlisted") and len(pair) > 1) or (
        pair == {"given_or_word"} or pair == {"unlisted"}
    )


def _extent(text: str, run: Sequence[_Token]) -> int:
    """How far a name of two words or more goes: a third and fourth must be names themselves."""
    size, parts = 0, 0
    for number, token in enumerate(run, 1):
        if token.role == "particle":
            continue
        if token.role != "initial":
            parts += 1
            if parts > 2 and (token.place or token.name == "word"):
                break
        size = number
    return size


def _alone(text: str, token: _Token) -> bool:
    """Whether one word is somebody's name by itself."""
    if token.role != "name" or token.place or _is_head(text, token):
        return False
    if "–" in (text[token.end : token.end + 1], text[token.start - 1 : token.start]):
        return False  # a formula called after two people
    if token.given:
        if (
            not token.opens
            or token.word in name_lists.GIVEN
            or name_lists.is_double_given(token.word)
        ):
            return True
        return name_lists.is_only_name(token.word)
    if not token.surname:
        return False
    return not token.opens or name_lists.is_bare_surname(token.word)


def _is_head(text: str, token: _Token) -> bool:
    """Whether a street, school or company is called after the name: Väinö Linnan aukio."""
    match = re.match(r"\s(\w+)", text[token.end : token.end + 24])
    return match is not None and match[1].lower() in name_lists.HEADS


def _opens(text: str, at: int) -> bool:
    """Whether a sentence, a line, a bracket or a quotation begins here."""
    before = text[max(0, at - 12) : at]
    return (at <= 12 and not before.strip()) or bool(_STARTS.search(before))
