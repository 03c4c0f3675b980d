"""The contents of the Word document: a field that is filled already."""

from __future__ import annotations

import hashlib
from xml.sax.saxutils import escape, quoteattr

from evaltools.report.embedded.ast import Node, raw
from evaltools.report.embedded.print_tree import attributes, text_of, walk


def bookmark(identifier: str) -> str:
    """The name that pandoc gives the bookmark of an identifier.

    Word takes names of at most 40 characters that begin with a letter; others are hashed.
    """
    if identifier[:1].isalpha() and len(identifier) <= 40:
        return identifier
    return "X" + hashlib.sha1(identifier.encode()).hexdigest()[1:]


def contents_blocks(tree: Node, title: str, depth: int) -> list[Node]:
    """The contents as a field with an entry for every heading.

    Arguments:
        tree: the document.
        title: the heading above.
        depth: how many levels of headings are listed, 1 to 3.

    Returns raw blocks. Entries link to their headings and have no page numbers, which only a
    word processor knows: so they are complete as they are, and opening the document asks nothing.
    Whoever wants numbers updates the field without its `\\n`.
    """
    depth = max(1, min(depth, 3))
    entries = []
    for node, place in walk(tree):
        if node["t"] != "Header" or node["c"][0] > depth or place.inside("cover"):
            continue
        identifier, classes, _ = attributes(node)
        if "unlisted" not in classes:
            entries.append((node["c"][0], text_of(node["c"][2]), identifier))
    paragraphs = [_paragraph(*entry) for entry in entries]
    if paragraphs:
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            f' TOC \\o "1-{depth}" \\n \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        paragraphs[0] = paragraphs[0].replace("</w:pPr>", "</w:pPr>" + begin, 1)
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        paragraphs[-1] = paragraphs[-1].removesuffix("</w:p>") + end
    heading = (
        '<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(title)}</w:t></w:r></w:p>"
    )
    return [
        raw(
            "openxml",
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
            "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
            f"{heading}{''.join(paragraphs)}</w:sdtContent></w:sdt>",
        )
    ]


def _paragraph(level: int, title: str, identifier: str) -> str:
    text = f'<w:r><w:t xml:space="preserve">{escape(title)}</w:t></w:r>'
    if identifier:
        name = bookmark(identifier)
        text = f'<w:hyperlink w:anchor={quoteattr(name)} w:history="1">{text}</w:hyperlink>'
    return f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{text}</w:p>'
