"""Sentences bound to data: E17 in chapters that report results, E18 for numbers anywhere.

In those chapters a sentence is a finding, or its content is numbers or references, or its author
marks what else it is: background (with a citation), method, definition or caution. No rule tells
whether the words around a number judge, so all that is no finding is signed by a person before the
report is published (`lint.signatures`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evaltools.lint.lexicon import Lexicon, common_words, lexicon
from evaltools.lint.problem_formats import excerpt
from evaltools.lint.prose_blocks import PLACEHOLDER, Block, Piece
from evaltools.lint.prose_text import metadata_places
from evaltools.lint.result_chapters import GENERATED, included_path, other_notebook
from evaltools.lint.source import Report, Source
from evaltools.problems import Problem

Mark = Literal[
    "background", "method", "definition", "caution", "heading", "metadata", "numbers",
    "references", "wording", "waived", "declaration", "prose",
]  # fmt: skip
"""What a person signs: what authors mark, headings, metadata, the words around numbers and
references, findings that are written out in other words than they are declared in, what a waiver
lets stand, the words of declarations and notebooks, and the prose of other chapters."""
MARKS: Final[tuple[Mark, ...]] = ("background", "method", "definition", "caution")
_BREAK: Final = "\n"
_CROSS_REFERENCE: Final = re.compile(r"(?:fig|tbl|sec|eq)-")
_END: Final = re.compile(r"(?P<word>(?<!\w)\w*|\ufffc)(?P<stop>[.!?…]+)[”\"»)\]]*(?=\s|$)")
_ABBREVIATION: Final = re.compile(rf"(?:{common_words('abbreviations')}|[^\W\d_])", re.IGNORECASE)
_ABBREVIATION_AT_END: Final = re.compile(common_words("abbreviations_at_end"), re.IGNORECASE)
_NOTE: Final = re.compile(r"\^\[(?:[^\[\]]|\[[^\[\]]*\])*\]")
"""A note within its sentence, which pandoc's CommonMark does not know."""
_CLAUSE: Final = re.compile(r";|\s[–—-]\s")
_COLON: Final = re.compile(r":\s")
_THAT: Final = re.compile(rf"\b(?:{common_words('complementisers')})\b", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_WRITTEN: Final = frozenset({"code", "math", "raw", "image"})
"""Kinds of pieces that show what their author wrote."""
_SILENT: Final = frozenset({"var", "embed", "include", "pagebreak"})
"""Shortcodes that show nothing of their own, or what is checked elsewhere."""
_NO_NUMBERS: Final = ("parameter.", "finding.")
"""Beginnings of variables that print no number of the run."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a chapter that reports results.

    Arguments:
        where: its place, `reports/fi/_05.qmd:3:1`.
        text: as a reader reads it, variables, references, code and formulas as they are written.
        mark: what it is, where it is nothing that the data say; None for the others.
        bound: whether it may stand.
        content: what is signed with it, where the text is only a name: the words of a declaration.
    """

    where: str
    text: str
    mark: Mark | None
    bound: bool
    content: str = ""


def split_sentences(text: str, breaks: Iterable[int] = ()) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end.

    Arguments:
        breaks: places where one ends, whatever the text says.
    """
    ends = set(breaks)
    for found in _END.finditer(text):
        word, rest = found["word"], text[found.end() :].lstrip()
        if rest and found["stop"] == ".":
            if _ABBREVIATION.fullmatch(word):
                continue
            # "2. kierros", "{{< var … >}}. kierros", "jne. ja muuta"
            if (
                word.isdigit() or word == PLACEHOLDER or _ABBREVIATION_AT_END.fullmatch(word)
            ) and rest[0].islower():
                continue
        ends.add(found.end())
    start = 0
    for end in sorted({*ends, len(text)}):
        yield from _trimmed(text, start, end)
        start = end


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    inside = text[start:end]
    if inside.strip():
        yield start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


def block_sentences(block: Block) -> Iterator[tuple[int, int]]:
    """The sentences of a block; a finding printed by its name and a note are some of their own."""
    said = [
        (piece.at, piece.at + 1) for name, piece in block.variables if name.startswith("finding.")
    ]
    notes = [found.span() for found in _NOTE.finditer(block.text)]
    return split_sentences(block.text, (at for span in (*said, *notes) for at in span))


def _says_something(block: Block, start: int, end: int) -> bool:
    """Whether a stretch shows letters, signs, or what its author wrote in another form."""
    return any(
        character.isalpha() or (unicodedata.category(character)[0] == "S")
        for character in block.text[start:end].replace(PLACEHOLDER, " ")
    ) or any(_is_written(piece) for piece in block.pieces if start <= piece.at < end)


def _is_written(piece: Piece) -> bool:
    if piece.kind == "shortcode":
        return piece.content.partition(" ")[0] not in _SILENT
    return piece.kind in _WRITTEN


def result_sentences(report: Report) -> Iterator[tuple[Source, Block, int, int]]:
    """The sentences of all chapters that report results."""
    for source, block in report.results:
        for start, end in block_sentences(block):
            if _says_something(block, start, end):
                yield source, block, start, end


def read_sentences(report: Report) -> list[Sentence]:
    """Every sentence of the chapters that report results, with what stands behind it."""
    themes = Themes.read(report)
    sources = {source.name: source for source, _ in report.results}
    metadata = [
        Sentence(f"{source.name}:{source.text.count(_BREAK, 0, start) + 1}:1",
                 source.text[start:end], "metadata", True)
        for source in sources.values()
        for start, end in metadata_places(source.text)
    ]  # fmt: skip
    return [*metadata, *(_sentence(report, *place, themes) for place in result_sentences(report))]


def _sentence(
    report: Report, source: Source, block: Block, start: int, end: int, themes: Themes
) -> Sentence:
    where, text = source.where(block, start), _write_out(block, start, end)
    strong = any(
        span.start <= start and end <= span.end for span in block.spans if "strong" in span.classes
    )
    inside = [piece for piece in block.pieces if start <= piece.at < end]
    classes = {*block.within, *(name for s in block.spans_at(start, *MARKS) for name in s.classes)}
    if mark := next((name for name in MARKS if name in classes), None):
        return Sentence(where, text, mark, True)
    if block.heading or (strong and not block.text[:start].strip()):
        return Sentence(where, text, "heading", True)
    if _covered(block, start, end, "quote") and report.quoted(block, start):
        return Sentence(where, text, None, True)
    if _covered(block, start, end, "finding") and report.in_finding(block, start):
        return _written_finding(report, block, start, where, text)
    if any(_is_written(piece) for piece in inside):
        return Sentence(where, text, None, False)
    words = lexicon(report.language)
    clauses = _clauses(block.text, start, end)
    kinds = {_kind_of_clause(block, *place, themes, words) for place in clauses}
    if None in kinds or not kinds:
        return Sentence(where, text, None, False)
    return Sentence(where, text, "numbers" if "numbers" in kinds else "references", True)


def _write_out(block: Block, start: int, end: int) -> str:
    """The text of a sentence, so that another number, code or reference makes it another one."""
    written = {piece.at: _write_piece(piece) for piece in block.pieces}
    return "".join(written.get(at, block.text[at]) for at in range(start, end))


def _write_piece(piece: Piece) -> str:
    if piece.kind == "shortcode":
        return f"{{{{< {piece.content} >}}}}"
    if piece.kind == "reference":
        return f"@{piece.content}"
    marks = {"code": "`", "math": "$"}
    return f"{marks.get(piece.kind, '')}{piece.content}{marks.get(piece.kind, '')}"


def _covered(block: Block, start: int, end: int, name: str) -> bool:
    """Whether all letters of a sentence stand in spans of a class."""
    spans = [span for span in block.spans if name in span.classes]
    return all(
        any(span.start <= at < span.end for span in spans)
        for at in range(start, end)
        if block.text[at].isalpha() or block.text[at] == PLACEHOLDER
    )


def _written_finding(report: Report, block: Block, start: int, where: str, text: str) -> Sentence:
    """A finding that is written out: as declared, or in words that a person must sign."""
    for span in block.spans_at(start, "finding"):
        declared = report.declared.get(span.get("finding"))
        if declared is None:
            continue
        if declared.follows:  # what is written out stays when the outcome changes
            return Sentence(where, text, None, False)
        said = block.text[span.start : span.end].strip(" .")
        same = said == declared.texts.get(report.language, "").strip(" .")
        return Sentence(where, text, None if same else "wording", True)
    return Sentence(where, text, None, False)


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the clauses that could each stand alone begin and end."""
    at = start
    for found in _CLAUSE.finditer(text, start, end):
        if any(character.isalpha() for character in text[at : found.start()]):
            yield at, found.start()
            at = found.end()
    if any(character.isalpha() for character in text[at:end]):
        yield at, end


def _kind_of_clause(
    block: Block, start: int, end: int, themes: Themes, words: Lexicon
) -> Literal["numbers", "references"] | None:
    """Whether the content of a clause is numbers or references.

    Words that rank judge beside numbers too: what is commonest needs a margin, which a finding has.
    A reference counts where the clause leads to it: not in brackets, behind a colon, or beside a
    clause that says what is so, and not beside a theme that is named.
    """
    text = block.text[start:end]
    if any(
        start <= piece.at < end and not name.startswith(_NO_NUMBERS) and not name.endswith(".told")
        for name, piece in block.variables
    ):
        return None if any(words.ranks.hits(text)) else "numbers"
    bracketed = [span for found in _BRACKETS.finditer(text) for span in (found.span(),)]
    leading = [
        piece.at - start
        for piece in block.references
        if start <= piece.at < end
        and _CROSS_REFERENCE.match(piece.content)
        and not any(first <= piece.at - start < last for first, last in bracketed)
    ]
    colon = _COLON.search(text)
    if (
        not leading
        or _THAT.search(text)
        or (colon is not None and max(leading) < colon.start())
        or themes.named_in(text)
    ):
        return None
    return "references"


def check_binding(report: Report) -> list[Problem]:
    """E17: in chapters that report results, each sentence answers to the data or says what it is.

    Background needs a citation in its paragraph, or it is an opinion.
    """
    marks = ", ".join(f".{name}" for name in MARKS)
    allowed = f"a finding, a sentence of numbers or references, or one marked {marks}"
    remedy = "Make it a finding of reports/findings.yml, or mark it: [sentence]{.method}."
    problems = []
    for each in read_sentences(report):
        if not each.bound:
            what = f"{excerpt(each.text)} is bound to nothing, so it stays when the data change"
            problems.append(Problem(each.where, what, allowed, remedy, "E17"))
    for source, block, start, end in result_sentences(report):
        named = {
            *block.within,
            *(n for s in block.spans_at(start, "background") for n in s.classes),
        }
        cited = [p for p in block.references if not _CROSS_REFERENCE.match(p.content)]
        if "background" in named and not cited:
            what = f"{excerpt(block.text[start:end])} is marked as background and cites nothing"
            remedy = "Say whose knowledge it is: [@source]."
            problems.append(Problem(source.where(block, start), what, "", remedy, "E17"))
    return [*problems, *_unread_includes(report)]


def _unread_includes(report: Report) -> list[Problem]:
    """Includes and embeddings of files that no rule has read."""
    read = {source.name for source in report.sources}
    embedded = [
        Problem(
            source.where(block, piece.at),
            f"{excerpt(piece.content)} shows what no run has made",
            "a notebook of the study: ../notebooks/01.ipynb#label",
            "Show an output of a notebook of notebooks/.",
            "E17",
        )
        for source, block in report.blocks()
        for piece in block.shortcodes
        if other_notebook(report, source, piece.content)
    ]
    return embedded + [
        Problem(
            source.where(block, piece.at),
            f"{excerpt(piece.content)} puts in what is no prose of reports/{report.language}",
            f"a .qmd file of that folder, or a page of {GENERATED}",
            "Move the text there.",
            "E17",
        )
        for source, block in report.blocks()
        for piece in block.shortcodes
        if (path := included_path(source, piece.content)) is not None
        and path not in read
        and (f"/{GENERATED}" not in path or (report.root / path).exists())
    ]


def check_subjects(report: Report) -> list[Problem]:
    """E18: a number of a theme stands in a sentence about that theme.

    The sentence has a word of the code's label, or of its forms in `reports/forms.yml`.
    """
    themes = Themes.read(report)
    problems = []
    allowed = "a word of its label or of its forms in reports/forms.yml"
    remedy = "Name the theme, or take the number of the theme that is named."
    for source, block in report.blocks():
        # The words in bold at the head of a paragraph say what all of it is about.
        head = next((s.end for s in block.spans if "strong" in s.classes and not s.start), 0)
        for start, end in block_sentences(block):
            text = f"{block.text[:head]} {block.text[start:end]}"
            for key, piece in block.variables:
                code = themes.code_of(key)
                if not start <= piece.at < end or code is None:
                    continue
                if not themes.is_about(text, code):
                    what = (
                        f"{{{{< var {key} >}}}} is a number of {excerpt(themes.labels[code])}, of "
                        "which its sentence says nothing"
                    )
                    where = source.where(block, piece.at)
                    problems.append(Problem(where, what, allowed, remedy, "E18"))
    return problems


def sentences_to_sign(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Marked sentences and headings, each text once."""
    seen: dict[tuple[Mark, str], Sentence] = {}
    for each in sentences:
        if each.mark is not None:
            seen.setdefault((each.mark, each.text), each)
    return list(seen.values())


_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_STEM: Final = 5
"""Letters by which two forms of one word are known."""


@dataclass(frozen=True)
class Themes:
    """The codes of a study.

    Arguments:
        labels: of codes, by id.
        stems: beginnings of the words of its label and forms, by id.
        behind: code that stands behind a number whose key does not begin with it.
    """

    labels: Mapping[str, str]
    stems: Mapping[str, frozenset[str]]
    behind: Mapping[str, str]

    @classmethod
    def read(cls, report: Report) -> Themes:
        """The codes of `codes.csv` with the forms of `reports/forms.yml`.

        What cannot be read is left out: reading the data says what is wrong with it.
        """
        labels: dict[str, str] = {}
        language = report.language
        paths = sorted(report.root.glob("data/**/codes.csv"))
        for path in paths[:1]:
            try:
                with path.open(encoding="utf-8-sig", newline="") as file:
                    for row in csv.DictReader(file):
                        label = row.get(f"label_{language}") or ""
                        if (code := row.get("code_id")) and label:
                            labels[code] = label
            except (OSError, UnicodeDecodeError, csv.Error):
                return cls({}, {}, {})
        forms = report.declared_in("reports/forms.yml")
        stems = {}
        for code, label in labels.items():
            own = forms.get(code)
            given = own.get(language) if isinstance(own, dict) else None
            texts = [label, *(map(str, given.values()) if isinstance(given, dict) else ())]
            stems[code] = frozenset(stem for text in texts for stem in _stems(text))
        declared = report.declared_in("evaluation.yml").get("codes_of_numbers")
        behind = {str(key): str(code) for key, code in declared.items()} if isinstance(
            declared, dict
        ) else {}  # fmt: skip
        return cls(labels, stems, behind)

    def code_of(self, key: str) -> str | None:
        """The code whose number a variable is."""
        parts = key.split(".")
        for length in range(len(parts) - 1, 0, -1):
            name = ".".join(parts[:length])
            if (code := self.behind.get(name, name)) in self.labels:
                return code
        return None

    def is_about(self, text: str, code: str) -> bool:
        """Whether a sentence has a word of a code, by itself or in a compound."""
        stems = self.stems[code]
        return not stems.isdisjoint(_stems(text)) or any(
            len(stem) == _STEM and stem in text.lower() for stem in stems
        )

    def named_in(self, text: str) -> bool:
        """Whether a sentence has all the words of a code's label."""
        found = _stems(text)
        return any(
            own and own <= found
            for own in (frozenset(_stems(each)) for each in self.labels.values())
        )


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.replace(PLACEHOLDER, " ").lower())}
