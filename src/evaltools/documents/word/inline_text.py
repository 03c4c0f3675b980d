"""The text inside a paragraph of a DOCX: runs, fields, controls, revisions, formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from evaltools.documents.blocks import check_sign
from evaltools.documents.superscripts import MARKS, note_mark, shift, shift_runs
from evaltools.documents.symbol_fonts import Symbols
from evaltools.documents.text_normalisation import visible
from evaltools.documents.word.styles import HIDDEN, Look, Styles, Surroundings, is_on
from evaltools.documents.zip_package import attribute_value, children, first, local_name

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_MATHS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_DRAWN = ("drawing", "pict", "object", "AlternateContent")
_SKIPPED = frozenset(
    ("pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "instrText")
)
# Elements of formulas whose parts do not simply follow each other.
_FORMULAS = frozenset(("sSup", "sSub", "sSubSup", "sPre", "f", "rad", "d", "nary"))


@dataclass
class SideContent:
    """What was met beside the text while walking a document."""

    left_out: list[tuple[str, str]] = field(default_factory=list)  # (what, its text)
    # (label, answer) of content controls and legacy form fields.
    fields: list[tuple[str, str]] = field(default_factory=list)
    # ("footnote" or "endnote", its identifier) in order of reference.
    notes: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    symbols: Symbols = field(default_factory=Symbols)
    doubtful: int = 0  # characters that may not be seen
    # Pieces of text that are instructions of fields, which nobody sees.
    codes: set[etree._Element] = field(default_factory=set)
    numbering: dict[str, str] = field(default_factory=dict)  # of notes, by their kind
    marks: dict[str, dict[str, str]] = field(default_factory=dict)  # of notes, by kind and number

    def mark(self, kind: str, number: str) -> str:
        """The mark of a note that the text refers to: its number among those of its kind."""
        marks = self.marks.setdefault(kind, {})
        numbering = self.numbering.get(kind, "decimal")
        return marks.setdefault(number, note_mark(len(marks) + 1, numbering))

    def leave_out(self, what: str, element: etree._Element) -> None:
        """Leave out all text of an element by name."""
        self.left_out.extend((what, text) for text in texts(element))

    def note_control(self, node: etree._Element, answer: str) -> None:
        """Note the answer in a content control that has a name."""
        properties = first(node, "sdtPr")
        alias, tag = (attribute_value(first(properties, name)).strip() for name in ("alias", "tag"))
        listed = first(properties, "docPartObj") is not None  # tables of contents and the like
        if (alias or tag) and not listed:
            self.fields.append((alias or tag, answer.strip()))


@dataclass
class Inline:
    """The text of one paragraph as it is gathered."""

    place: Surroundings
    boxes: list[etree._Element] = field(default_factory=list)  # text boxes anchored in it
    look: Look = field(default_factory=Look)  # of the run at hand
    runs: list[tuple[str, int]] = field(default_factory=list)  # (text, how far above the line)
    fractions: set[int] = field(default_factory=set)  # which of them are or hold fractions

    @property
    def text(self) -> str:
        """All of it, raised and lowered characters written as such."""
        return shift_runs(_separate_fractions(self.runs, self.fractions))

    def add(self, text: str, shift: int = 0) -> None:
        """Add a piece of text."""
        self.runs.append((text, shift))

    def inner(self) -> Inline:
        """An empty one in the same place."""
        return Inline(self.place, look=self.look)


def texts(element: etree._Element) -> Iterator[str]:
    """Every piece of text in an element, deleted, hidden and duplicated ones too."""
    for node in element.iter():
        if local_name(node) in ("t", "delText") and node.text:
            yield node.text


class InlineReader:
    """Reads what stands inside of paragraphs; what it meets beside the text goes to `beside`."""

    def __init__(self, styles: Styles, beside: SideContent) -> None:
        self._styles = styles
        self._beside = beside

    def read(self, nodes: Iterable[etree._Element], into: Inline) -> None:
        """Add the text of elements to `into`, in document order."""
        for node in nodes:
            self._node(node, into)

    def _node(self, node: etree._Element, into: Inline) -> None:
        name = local_name(node)
        if name in _SKIPPED or not name:
            return
        if name == "t" and node.text:
            self._text(node, node.text, into)
        elif name in _BREAKS:
            into.add(_BREAKS[name], into.look.shift if _BREAKS[name] == "\u2011" else 0)
        elif name == "r":
            self._run(node, into)
        elif name in ("del", "moveFrom", "delText"):
            self._beside.leave_out("tracked deletion", node)
        elif name == "rt":
            self._beside.leave_out("reading above a word", node)
        elif name == "sym":
            into.add(_symbol(node, self._beside), into.look.shift)
        elif name in ("footnoteReference", "endnoteReference"):
            kind, number = name.removesuffix("Reference"), attribute_value(node, "id")
            self._beside.notes.append((kind, number))
            if attribute_value(node, "customMarkFollows") not in ("1", "true", "on"):
                into.add(self._beside.mark(kind, number))
        elif name in ("footnoteRef", "endnoteRef") and into.place.note is not None:
            kind, number = into.place.note
            into.add(self._beside.marks.get(kind, {}).get(number, ""))
        elif name == "fldChar":
            into.add(_legacy(node, self._beside))
        elif name in _FORMULAS and etree.QName(node).namespace in _MATHS:
            self._formula(node, into)
        elif name in ("inline", "anchor", "shape") and _is_hidden_drawing(node):
            self._beside.leave_out("hidden drawing", node)
        elif name == "sdt":
            self._control(node, into)
        elif name == "AlternateContent":
            self.read(choose_copy(node, self._beside), into)
        elif name == "txbxContent":
            into.boxes.append(node)
        else:
            self._beside.pictures += name in ("blip", "imagedata")
            self.read(node, into)

    def _run(self, node: etree._Element, into: Inline) -> None:
        look, before = self._styles.look(node, into.place), into.look
        if not look.hidden_because:
            # Of a formula the place says what is raised, and its runs do not know.
            into.look = replace(look, shift=look.shift or before.shift)
            self.read(node, into)
            into.look = before
            return
        for part in node:
            # A box has letters and a place of its own; with its anchor only hidden text hides.
            if local_name(part) in _DRAWN and look.hidden_because != HIDDEN:
                self._node(part, into)
            else:
                self._beside.leave_out(look.hidden_because, part)

    def _text(self, node: etree._Element, text: str, into: Inline) -> None:
        if etree.QName(node).namespace not in (*_WORD, *_MATHS):
            self._beside.left_out.append(("text in a drawing", text))
        elif node in self._beside.codes:
            self._beside.left_out.append(("instruction of a field", text))
        else:
            self._beside.doubtful += len(visible(text)) if into.look.doubtful else 0
            into.add(self._beside.symbols.show(text, into.look.font_of), into.look.shift)

    def _formula(self, node: etree._Element, into: Inline) -> None:
        """Add a formula whose parts stand above and below each other, in one line."""

        def part(element: etree._Element | None) -> str:
            inner = into.inner()
            self.read(element if element is not None else (), inner)
            return inner.text

        if any(local_name(inside) == "f" for inside in node.iter()):
            into.fractions.add(len(into.runs))
        into.add(_write_formula(node, part))

    def _control(self, node: etree._Element, into: Inline) -> None:
        """Add the answer in a content control, and note it as a field of the form."""
        content = first(node, "sdtContent")
        inner = into.inner()
        if content is not None and is_placeholder(node):
            self._beside.leave_out("prompt of an unanswered field", content)
        elif content is not None:
            self.read(content, inner)
            if not inner.text.strip():
                inner.add(checkbox_sign(node))
        into.fractions |= {len(into.runs) + at for at in inner.fractions}
        into.runs.extend(inner.runs)
        into.boxes.extend(inner.boxes)
        self._beside.note_control(node, inner.text)


def find_codes(root: etree._Element) -> set[etree._Element]:
    """Pieces of text that stand among the instructions of a field that has an end.

    What a field inside the instructions of another one shows is an instruction as well.
    """
    codes: set[etree._Element] = set()
    fields: list[list[etree._Element]] = []  # texts of the instructions of each
    shows: list[bool] = []  # whether the result of each has begun
    for node in root.iter():
        name = local_name(node)
        kind = attribute_value(node, "fldCharType") if name == "fldChar" else ""
        if kind == "begin":
            fields.append([])
            shows.append(False)
        elif kind == "separate" and fields:
            shows[-1] = True
        elif kind == "end" and fields:
            codes.update(fields.pop())
            shows.pop()
        elif name == "t":
            for instructions, shown in zip(fields, shows, strict=True):
                if not shown:
                    instructions.append(node)
    return codes


def _is_hidden_drawing(node: etree._Element) -> bool:
    hidden = attribute_value(first(node, "docPr"), "hidden") in ("1", "true")
    return hidden or "visibility:hidden" in attribute_value(node, "style").replace(" ", "")


def is_placeholder(node: etree._Element) -> bool:
    """Whether a content control shows its prompt because nobody has answered."""
    return is_on(first(node, "sdtPr", "showingPlcHdr"))


def checkbox_sign(node: etree._Element) -> str:
    """The sign of a checkbox control; empty for any other control."""
    checkbox = first(node, "sdtPr", "checkbox")
    if checkbox is None:
        return ""
    return check_sign(attribute_value(first(checkbox, "checked")) in ("1", "true", "on"))


def choose_copy(node: etree._Element, beside: SideContent) -> etree._Element:
    """Of the copies of the same content kept for several programs, the one to read."""
    branches = [child for child in node if local_name(child) in ("Choice", "Fallback")]
    taken = next((b for b in branches if next(texts(b), None) is not None), None)
    if taken is None:
        return branches[0] if branches else node
    for branch in branches:
        if branch is not taken:
            beside.leave_out("second copy of a text box, kept for other programs", branch)
    return taken


def _symbol(node: etree._Element, beside: SideContent) -> str:
    try:
        code = int(attribute_value(node, "char"), 16)
    except ValueError:
        code = 0
    return beside.symbols.show_character("", code, attribute_value(node, "font"))


def _legacy(node: etree._Element, beside: SideContent) -> str:
    """What a form field of the old kind shows that is not written as text."""
    data = first(node, "ffData")
    checkbox, choices = first(data, "checkBox"), first(data, "ddList")
    label = attribute_value(first(data, "statusText")) or attribute_value(first(data, "name"))
    if checkbox is not None:
        checked = first(checkbox, "checked")
        shown = check_sign(is_on(first(checkbox, "default") if checked is None else checked))
    elif choices is not None:
        entries = [attribute_value(entry) for entry in children(choices, "listEntry")]
        result, default = (attribute_value(first(choices, name)) for name in ("result", "default"))
        chosen = result or default or "0"
        index = int(chosen) if chosen.isascii() and chosen.isdigit() else len(entries)
        shown = entries[index] if index < len(entries) else ""
    else:
        return ""
    if label:
        beside.fields.append((label, shown))
    return shown


def _write_formula(node: etree._Element, part: Callable[[etree._Element | None], str]) -> str:
    """A formula in one line, see ECMA-376 part 1, 22.1; `part` gives the text of a part."""
    name = local_name(node)
    base = part(first(node, "e"))
    if name == "f":
        return f"{_grouped(part(first(node, 'num')))}/{_grouped(part(first(node, 'den')))}"
    if name == "rad":
        return _scripts("", part(first(node, "deg")), "") + "√" + _grouped(base)
    if name == "d":
        begin, between, end = (
            _sign(first(node, "dPr", of), otherwise)
            for of, otherwise in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
        )
        return begin + between.join(part(e) for e in children(node, "e")) + end
    raised, lowered = part(first(node, "sup")), part(first(node, "sub"))
    if name == "nary":
        return _scripts(_sign(first(node, "naryPr", "chr"), "∫"), raised, lowered) + base
    if first(node, "e", "f") is not None:  # the power of a fraction, not of what is under its line
        base = f"({base})"
    if name == "sPre":
        return _scripts("", raised, lowered) + base
    return _scripts(base, raised, lowered)


def _separate_fractions(runs: list[tuple[str, int]], fractions: set[int]) -> list[tuple[str, int]]:
    """Runs with a blank beside a fraction where it would run together with its neighbour."""
    if not fractions:
        return runs
    spaced: list[tuple[str, int]] = []
    before, was_fraction = "", False
    for at, (text, shift_) in enumerate(runs):
        if not text:
            continue
        begins, is_fraction = text[0], at in fractions
        meet = before.isalnum() and (begins.isalnum() or (is_fraction and begins == "("))
        mark = shift_ != 0 or begins in MARKS  # of a note, or an exponent
        if meet and (is_fraction or (was_fraction and not mark)):
            spaced.append((" ", 0))
        spaced.append((text, shift_))
        before, was_fraction = text[-1], is_fraction
    return spaced


def _scripts(base: str, raised: str, lowered: str) -> str:
    for text, by, sign in ((lowered, -1, "_"), (raised, 1, "^")):
        shifted = shift(text, by)
        known = all(c in MARKS or c.isspace() for c in shifted)
        base += shifted if known else f"{sign}({text})"
    return base


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _sign(element: etree._Element | None, otherwise: str) -> str:
    return otherwise if element is None else attribute_value(element)
