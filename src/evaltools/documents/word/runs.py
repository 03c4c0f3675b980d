"""The text inside a paragraph of a DOCX: runs, fields, controls, revisions, text boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from evaltools.documents.packages import children, first, local, value
from evaltools.documents.word.styles import Styles, on, style_of

CHECKED, UNCHECKED = "☒", "☐"
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_MATHS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_SKIPPED = frozenset(
    ("pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "instrText")
)
# Symbol fonts have their own code charts; these are what forms use for boxes and ticks.
_SYMBOLS = {
    "wingdings": {0xFE: "☒", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0xFC: "✓", 0xFB: "✗", 0xE0: "→"},
    "wingdings 2": {0x52: "☒", 0x51: "☒", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x50: "✓"},
    "symbol": {0xB7: "•", 0xB3: "≥", 0xA3: "≤", 0xAE: "→", 0xB1: "±", 0xB4: "×"},
}


@dataclass
class Leaves:
    """What was met beside the text while walking a document.

    Arguments:
        left_out: (what, its text).
        fields: (label, answer) of content controls and legacy form fields.
        notes: ("footnote" or "endnote", its identifier) in order of reference.
        pictures: how many.
        symbols: how many characters of symbol fonts could not be told.
    """

    left_out: list[tuple[str, str]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    symbols: int = 0

    def leave(self, what: str, element: etree._Element) -> None:
        """Leave out all text of an element by name."""
        self.left_out.extend((what, text) for text in texts(element))


@dataclass
class Inline:
    """The text of one paragraph as it is gathered.

    Arguments:
        text: pieces in order.
        boxes: contents of text boxes anchored in it.
    """

    text: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


def texts(element: etree._Element) -> Iterator[str]:
    """Every piece of text in an element, deleted, hidden and duplicated ones too."""
    for node in element.iter():
        if local(node) in ("t", "delText") and node.text:
            yield node.text


def gather(element: etree._Element, into: Inline, leaves: Leaves, styles: Styles) -> None:
    """Add the text of everything in an element to `into`, in document order."""
    for node in element:
        _gather_node(node, into, leaves, styles)


def _gather_node(node: etree._Element, into: Inline, leaves: Leaves, styles: Styles) -> None:
    name = local(node)
    if name in _SKIPPED or not name:
        return
    if name == "t" and node.text:
        if etree.QName(node).namespace in (*_WORD, *_MATHS):
            into.text.append(node.text)
        else:
            leaves.left_out.append(("text in a drawing", node.text))
    elif name in _BREAKS:
        into.text.append(_BREAKS[name])
    elif name == "r" and _hidden(node, styles):
        leaves.leave("hidden text", node)
    elif name in ("del", "moveFrom", "delText"):
        leaves.leave("tracked deletion", node)
    elif name == "sym":
        into.text.append(_symbol(node, leaves))
    elif name in ("footnoteReference", "endnoteReference"):
        leaves.notes.append((name.removesuffix("Reference"), value(node, "id")))
    elif name == "fldChar":
        into.text.append(_legacy(node, leaves))
    elif name == "sdt":
        gather_control(node, into, leaves, styles)
    elif name == "AlternateContent":
        gather(choose(node, leaves), into, leaves, styles)
    elif name == "txbxContent":
        into.boxes.append(node)
    else:
        leaves.pictures += name in ("blip", "imagedata")
        gather(node, into, leaves, styles)


def gather_control(node: etree._Element, into: Inline, leaves: Leaves, styles: Styles) -> None:
    """Add the answer in a content control, and note it as a field of the form."""
    content = first(node, "sdtContent")
    inner = Inline()
    if content is not None and prompting(node):
        leaves.leave("prompt of an unanswered field", content)
    elif content is not None:
        gather(content, inner, leaves, styles)
        if not "".join(inner.text).strip() and (state := box(node)):
            inner.text.append(state)
    into.text.extend(inner.text)
    into.boxes.extend(inner.boxes)
    note_field(node, "".join(inner.text), leaves)


def note_field(node: etree._Element, answer: str, leaves: Leaves) -> None:
    """Note a content control that has a name."""
    properties = first(node, "sdtPr")
    label = value(first(properties, "alias")) or value(first(properties, "tag"))
    listed = first(properties, "docPartObj") is not None  # tables of contents and the like
    if label.strip() and not listed:
        leaves.fields.append((label.strip(), answer.strip()))


def prompting(node: etree._Element) -> bool:
    """Whether a content control shows its prompt because nobody has answered."""
    return on(first(node, "sdtPr", "showingPlcHdr"))


def box(node: etree._Element) -> str:
    """The sign of a checkbox control; empty for any other control."""
    checkbox = first(node, "sdtPr", "checkbox")
    if checkbox is None:
        return ""
    return CHECKED if value(first(checkbox, "checked")) in ("1", "true", "on") else UNCHECKED


def choose(node: etree._Element, leaves: Leaves) -> etree._Element:
    """Of the copies of the same content kept for several programs, the one to read."""
    branches = [child for child in node if local(child) in ("Choice", "Fallback")]
    taken = next((b for b in branches if next(texts(b), None) is not None), None)
    if taken is None:
        return branches[0] if branches else node
    for branch in branches:
        if branch is not taken:
            leaves.leave("second copy of a text box, kept for other programs", branch)
    return taken


def _hidden(run: etree._Element, styles: Styles) -> bool:
    properties = first(run, "rPr")
    own = first(properties, "vanish")
    return on(own) if own is not None else style_of(properties) in styles.hidden


def _symbol(node: etree._Element, leaves: Leaves) -> str:
    try:
        code = int(value(node, "char"), 16)
    except ValueError:
        code = 0
    chart = _SYMBOLS.get(value(node, "font").lower(), {})
    known = chart.get(code & 0xFF) if 0xF000 <= code <= 0xF0FF or code < 0x100 else None
    if known is None and 0x20 <= code < 0xD800:
        known = chr(code)
    if known is None:
        leaves.symbols += 1
    return known or "�"


def _legacy(node: etree._Element, leaves: Leaves) -> str:
    """What a form field of the old kind shows that is not written as text."""
    data = first(node, "ffData")
    checkbox, choices = first(data, "checkBox"), first(data, "ddList")
    label = value(first(data, "statusText")) or value(first(data, "name"))
    if checkbox is not None:
        state = first(checkbox, "checked")
        if state is None:
            state = first(checkbox, "default")
        shown = CHECKED if on(state) else UNCHECKED
    elif choices is not None:
        entries = [value(entry) for entry in children(choices, "listEntry")]
        chosen = value(first(choices, "result")) or value(first(choices, "default")) or "0"
        index = int(chosen) if chosen.isascii() and chosen.isdigit() else len(entries)
        shown = entries[index] if index < len(entries) else ""
    else:
        return ""
    if label:
        leaves.fields.append((label, shown))
    return shown
