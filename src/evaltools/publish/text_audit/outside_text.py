"""A text written elsewhere, read into its sentences, whatever it may do to its reader.

Word, OpenDocument and PDF files go through `documents`, in a process with limits. Markdown goes
through pandoc, shut off from all files; HTML through lxml, which loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import lxml.etree
import lxml.html

from evaltools.documents.isolation import read_document
from evaltools.documents.language import detect, guess
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.lint.binding import split_sentences
from evaltools.problems import Problem, ProblemError
from evaltools.report.renderer.pandoc import PandocError, pandoc

LARGEST_TEXT: Final = 20_000_000
"""Bytes that a text file may have; a report of a hundred pages with its figures has a tenth."""
MOST_SENTENCES: Final = 50_000
DOCUMENTS: Final = (".docx", ".docm", ".odt", ".pdf")
MARKDOWN: Final = (".md", ".markdown", ".qmd")
HTML: Final = (".html", ".htm", ".xhtml")
PLAIN: Final = (".txt",)
_ALLOWED: Final = ", ".join((*DOCUMENTS, *MARKDOWN, *HTML, *PLAIN))
_READER: Final = "markdown-raw_tex-raw_attribute-tex_math_dollars-citations"
_BESIDE: Final = 3
"""Cells of long text come out of a document as paragraphs of their own, one after another."""
_LONGEST_SENTENCE: Final = 5_000
"""Characters; what is longer is a table or a listing, and is cut into pieces."""
_BLOCKS: Final = frozenset(
    ("p", "li", "td", "th", "caption", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "dt",
     "dd", "blockquote", "div", "section", "article", "pre", "tr", "main", "body", "header",
     "footer", "aside", "ul", "ol", "table", "thead", "tbody", "tfoot", "details", "summary",
     "figure", "dl")
)  # fmt: skip
_HIDDEN: Final = frozenset(
    ("script", "style", "template", "title", "head", "svg", "nav", "noscript", "math")
)
_BLANK: Final = re.compile(r"[\s\u00ad]+")


@dataclass(frozen=True)
class OutsideSentence:
    """A sentence of a text written elsewhere.

    Arguments:
        number: of its paragraph, cell or heading in the text, from 1.
        text: in one line.
        heading: whether it stands in a heading.
        block: all of its paragraph, row or heading, and what may stand in the same row.
        row: whether that is a row of a table, in which a column says what a number is.
    """

    number: int
    text: str
    heading: bool = False
    block: str = ""
    row: bool = False


@dataclass(frozen=True)
class OutsideText:
    """A text written elsewhere; the language is None where it cannot be told."""

    sentences: tuple[OutsideSentence, ...]
    language: Language | None

    def languages(self, otherwise: Language) -> Iterator[Language]:
        """The language of each sentence: its own, else that of its paragraph, else of the text.

        Arguments:
            otherwise: language of the text, where a paragraph does not tell by itself.
        """
        of_block: dict[int, str] = {}
        for number, group in groupby(self.sentences, key=lambda each: each.number):
            of_block[number] = guess(" ".join(each.text for each in group), LANGUAGES)
        for each in self.sentences:
            told = guess(each.text, LANGUAGES) or of_block[each.number]
            yield next((known for known in LANGUAGES if known == told), otherwise)


def read_outside_text(path: Path) -> OutsideText:
    """Read a document, Markdown, HTML or plain text into sentences.

    Raises:
        ProblemError: it is missing, empty, too large, of another kind, or made to do harm.
    """
    suffix, beside = path.suffix.lower(), 0
    if suffix in DOCUMENTS:
        beside = _BESIDE
        blocks = [(line, False) for line in read_document(path).text.split("\n")]
    elif suffix in (*MARKDOWN, *HTML, *PLAIN):
        content = _read_bytes(path)
        if suffix in PLAIN:
            blocks = [(part, False) for part in re.split(r"\n[ \t]*\n", _decode(path, content))]
        elif suffix in MARKDOWN:
            blocks = list(_html_blocks(path, _convert(path, _decode(path, content))))
        else:
            blocks = list(_html_blocks(path, _decode(path, content).encode()))
    else:
        found = f"ends in {suffix or 'nothing'}, which is no text that can be audited"
        remedy = "Save it as one of these."
        raise ProblemError([Problem(path.name, found, _ALLOWED, remedy, "audit.kind")])
    sentences = tuple(islice(_sentences(blocks, beside), MOST_SENTENCES + 1))
    if len(sentences) > MOST_SENTENCES:
        remedy = "Leave out what is no text, or audit it in parts."
        allowed = f"at most {MOST_SENTENCES} sentences"
        what = "is too long to be audited"
        raise ProblemError([Problem(path.name, what, allowed, remedy, "audit.too-large")])
    if not sentences:
        raise ProblemError([Problem(path.name, "holds no text", code="audit.empty")])
    told = detect(" ".join(each.text for each in sentences))
    language = next((each for each in LANGUAGES if each == told), None)
    return OutsideText(sentences, language)


def _sentences(blocks: Sequence[tuple[str, bool]], beside: int) -> Iterator[OutsideSentence]:
    """The sentences of blocks.

    Arguments:
        beside: how many of the following blocks may be cells of the same row.
    """
    cleaned = [(text, heading, row) for block, heading in blocks
               if (text := _clean(block)) for row in ["\t" in block.strip()]]  # fmt: skip
    for number, (text, heading, row) in enumerate(cleaned, 1):
        around = " ".join(other for other, _, _ in cleaned[number - 1 : number + beside])
        for start, end in split_sentences(text):
            for at in range(start, end, _LONGEST_SENTENCE):
                piece = text[at : min(end, at + _LONGEST_SENTENCE)]
                yield OutsideSentence(number, piece, heading, around, row)


def _clean(block: str) -> str:
    """A block in one line, without signs that show nothing: they could steer a terminal."""
    return "".join(filter(str.isprintable, _BLANK.sub(" ", block))).strip()


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        what = "is no file" if path.exists() else "is not there"
        raise ProblemError([Problem(path.name, what, code="audit.file")])
    size = path.stat().st_size
    if size > LARGEST_TEXT:
        what, allowed = f"has {size / 1e6:.0f} MB", f"at most {LARGEST_TEXT / 1e6:.0f} MB"
        remedy = "Leave out what is no text."
        raise ProblemError([Problem(path.name, what, allowed, remedy, "audit.too-large")])
    return path.read_bytes()


def _decode(path: Path, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8: byte {error.start + 1} cannot be read"
        remedy = "Save it anew with the encoding UTF-8."
        raise ProblemError([Problem(path.name, what, "UTF-8", remedy, "audit.encoding")]) from None
    if "\0" in text:
        raise ProblemError([Problem(path.name, "holds bytes that no text has", code="audit.kind")])
    return text


def _convert(path: Path, text: str) -> bytes:
    """Markdown as HTML, with the HTML that is in it; TeX is text."""
    arguments = ["-f", _READER, "-t", "html5", "--sandbox", "--wrap=none"]
    try:
        return pandoc(arguments, text)[0]
    except PandocError as error:
        what = f"cannot be read: {str(error)[:200]}"
        raise ProblemError([Problem(path.name, what, code="audit.markdown")]) from None


def _html_blocks(path: Path, content: bytes) -> Iterator[tuple[str, bool]]:
    """The texts of paragraphs, headings and rows of tables, in order."""
    if not content.strip():
        return
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        root = lxml.html.document_fromstring(content, parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        what = f"cannot be read as HTML: {str(error)[:200] or type(error).__name__}"
        raise ProblemError([Problem(path.name, what, code="audit.html")]) from None
    # Beyond a depth that no page has, libxml2 drops the rest and only its log says so.
    fatal = [entry.message for entry in parser.error_log if entry.level_name == "FATAL"]
    if fatal:
        what = f"cannot be read whole as HTML: {fatal[0][:200]}"
        raise ProblemError([Problem(path.name, what, code="audit.html")])
    pieces: list[str] = []
    level = ""
    hidden = 0
    # Events instead of recursion: a page may be nested deeper than Python's stack.
    for event, element in lxml.etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if name in _HIDDEN or _is_drawn(element):
                hidden += 1
            if not hidden:
                if name in ("td", "th"):
                    pieces.append("\t")
                elif name in _BLOCKS and not _in_row(element):
                    yield "".join(pieces), bool(level)
                    pieces, level = [], name if re.fullmatch("h[1-6]", name) else ""
                elif name in _BLOCKS or name == "br":
                    pieces.append(" ")
                pieces.append(element.text or "")
            continue
        if event == "end":
            if name in _HIDDEN or _is_drawn(element):
                hidden -= 1
            elif not hidden and name in _BLOCKS and name not in ("td", "th"):
                if _in_row(element):
                    pieces.append(" ")
                else:
                    yield "".join(pieces), bool(level)
                    pieces, level = [], ""
        if not hidden:
            pieces.append(element.tail or "")
    yield "".join(pieces), bool(level)


def _is_drawn(element: lxml.html.HtmlElement) -> bool:
    """Whether it holds the data of a figure of ours, which say no more than its drawing."""
    return (
        element.tag == "details"
        and element.get("class") == "figure-data"
        and next(element.iterancestors("figure"), None) is not None
    )


def _in_row(element: lxml.html.HtmlElement) -> bool:
    """Whether it stands in a cell, so that its text belongs to the row."""
    return next(element.iterancestors("td", "th"), None) is not None
