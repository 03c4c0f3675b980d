"""A DOCX package taken apart: its running text, and by name everything else that holds text."""

from __future__ import annotations

import re

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.blocks import Block
from evaltools.documents.packages import Package, children, first, local, value
from evaltools.documents.record import PageFurniture
from evaltools.documents.source import Source
from evaltools.documents.word.body import Body
from evaltools.documents.word.geometry import page_size
from evaltools.documents.word.looks import read_theme
from evaltools.documents.word.runs import Leaves, find_codes, texts
from evaltools.documents.word.styles import read_styles

_MAIN = "word/document.xml"
_OTHER_PARTS = (
    (r"word/header\d*\.xml", PageFurniture("header")),
    (r"word/footer\d*\.xml", PageFurniture("footer")),
    (r"word/comments\w*\.xml", "comment"),
    (r"word/glossary/.*\.xml", "building blocks of the template"),
    (r"word/(diagrams|charts|drawings)/.*\.xml", "text in a diagram or chart"),
    (r"word/.*\.xml", "other part of the package"),
)


def read(package: Package) -> Source:
    """Read a DOCX package.

    The running text is the body with its text boxes, then footnotes and endnotes in the order in
    which the text refers to them. Headers, footers, comments, deletions, struck and unseen text,
    tables of contents and prompts of unanswered fields are left out by name.
    """
    main = _main_part(package)
    folder = main.rpartition("/")[0]
    styles_part, root = f"{folder}/styles.xml", package.parse(main)
    theme = read_theme(_part(package, f"{folder}/theme/theme1.xml"))
    styles = read_styles(_part(package, styles_part), theme, page_size(root))
    leaves = Leaves(
        codes=find_codes(root), numbering=_numbering(_part(package, f"{folder}/settings.xml"))
    )
    body = Body(styles, leaves)
    inside = first(root, "body")
    if inside is None:
        raise guard.broken(f"its part {main} has no body")
    blocks: list[Block] = list(body.blocks(inside))
    roots = {main: root}
    for kind in ("footnote", "endnote"):
        part = f"{folder}/{kind}s.xml"
        if part in package:
            roots[part] = package.parse(part)
            leaves.codes |= find_codes(roots[part])
            blocks.extend(_notes(roots[part], kind, body, leaves))
    present = [text for part_root in roots.values() for text in texts(part_root)]
    for name in package.names:
        what = next((w for pattern, w in _OTHER_PARTS if re.fullmatch(pattern, name)), "")
        if what and name not in roots:
            found = list(texts(package.parse(name)))
            present.extend(found)
            leaves.left_out.extend((type(what)(f"{what}: {name}"), text) for text in found)
        elif re.fullmatch(r"word/embeddings/.+", name):
            leaves.left_out.append((f"embedded file: {name}", ""))
    return Source(
        blocks=tuple(blocks),
        fields=tuple(leaves.fields),
        present=tuple(present),
        left_out=tuple(leaves.left_out),
        tables=sum(_tables(part_root) for part_root in roots.values()),
        notes=_sentences(leaves),
        replaced=tuple(leaves.symbols.replaced),
    )


def _part(package: Package, name: str) -> etree._Element | None:
    return package.parse(name) if name in package else None


def _numbering(root: etree._Element | None) -> dict[str, str]:
    """How notes are numbered: as Word does where the document does not say."""
    footnotes, endnotes = (
        value(first(root, f"{kind}Pr", "numFmt")) for kind in ("footnote", "endnote")
    )
    return {"footnote": footnotes or "decimal", "endnote": endnotes or "lowerRoman"}


def _main_part(package: Package) -> str:
    """The part that the package names as its document."""
    if "_rels/.rels" in package:
        for relation in children(package.parse("_rels/.rels"), "Relationship"):
            target = value(relation, "Target").lstrip("/")
            if value(relation, "Type").endswith("/officeDocument") and target in package:
                return target
    if _MAIN not in package:
        raise guard.broken(f"its part {_MAIN} is missing")
    return _MAIN


def _notes(root: etree._Element, kind: str, body: Body, leaves: Leaves) -> list[Block]:
    known = {value(note, "id"): note for note in children(root, kind)}
    blocks: list[Block] = []
    told = dict.fromkeys(number for of, number in leaves.notes if of == kind)
    for number in told:
        if number in known:
            blocks.extend(body.note(kind, number, known[number]))
    for number, note in known.items():
        if number not in told:
            leaves.leave(f"{kind} that nothing refers to", note)
    return blocks


def _tables(root: etree._Element) -> int:
    """Tables of a part, counted from the XML: not those in second copies and deletions."""
    return sum(
        local(node) == "tbl"
        and not any(
            local(above) in ("Fallback", "del", "moveFrom") for above in node.iterancestors()
        )
        for node in root.iter()
    )


def _sentences(leaves: Leaves) -> tuple[str, ...]:
    notes = []
    if leaves.pictures:
        notes.append(f"Pictures in the text: {leaves.pictures}; what they show is not read.")
    if leaves.notes:
        notes.append(f"Footnotes and endnotes, at the end of the text: {len(leaves.notes)}.")
    if leaves.doubtful:
        notes.append(
            "Characters in the text that may not be seen, of no colour of their own on black: "
            f"{leaves.doubtful}."
        )
    notes.extend(leaves.symbols.sentences)
    return tuple(notes)
