"""A DOCX package taken apart: its running text, and by name everything else that holds text."""

from __future__ import annotations

import re

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.blocks import Block
from evaltools.documents.packages import Package, children, first, local, value
from evaltools.documents.source import Source
from evaltools.documents.word.body import Body
from evaltools.documents.word.runs import Leaves, texts
from evaltools.documents.word.styles import read_styles

_MAIN = "word/document.xml"
_OTHER_PARTS = (
    (r"word/header\d*\.xml", "header"),
    (r"word/footer\d*\.xml", "footer"),
    (r"word/comments\w*\.xml", "comment"),
    (r"word/glossary/.*\.xml", "building blocks of the template"),
    (r"word/(diagrams|charts|drawings)/.*\.xml", "text in a diagram or chart"),
    (r"word/.*\.xml", "other part of the package"),
)


def read(package: Package) -> Source:
    """Read a DOCX package.

    The running text is the body with its text boxes, then footnotes and endnotes in the order in
    which the text refers to them. Headers, footers, comments, deletions, hidden text, tables of
    contents and prompts of unanswered fields are left out by name.
    """
    main = _main_part(package)
    folder = main.rpartition("/")[0]
    styles_part, root = f"{folder}/styles.xml", package.parse(main)
    styles = read_styles(package.parse(styles_part) if styles_part in package else None)
    leaves = Leaves()
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
            blocks.extend(_notes(roots[part], kind, body, leaves))
    present = [text for part_root in roots.values() for text in texts(part_root)]
    for name in package.names:
        what = next((w for pattern, w in _OTHER_PARTS if re.fullmatch(pattern, name)), "")
        if what and name not in roots:
            found = list(texts(package.parse(name)))
            present.extend(found)
            leaves.left_out.extend((f"{what}: {name}", text) for text in found)
        elif re.fullmatch(r"word/embeddings/.+", name):
            leaves.left_out.append((f"embedded file: {name}", ""))
    return Source(
        blocks=tuple(blocks),
        fields=tuple(leaves.fields),
        present=tuple(present),
        left_out=tuple(leaves.left_out),
        tables=sum(_tables(part_root) for part_root in roots.values()),
        notes=_sentences(leaves),
    )


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
            blocks.extend(body.blocks(known[number]))
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
    if leaves.symbols:
        notes.append(f"Characters of symbol fonts that could not be told: {leaves.symbols}.")
    return tuple(notes)
