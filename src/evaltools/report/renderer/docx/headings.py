"""Numbers of headings that a word processor counts: lists bound to styles, and fields."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from evaltools.report.renderer.pandoc_tree import (
    Node,
    attr,
    find_classes,
    find_identifier,
    nodes,
    span,
    stringify,
    text,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARK = "CountedNumber"  # the style of numbers that become those of a list
_CHAPTERS, _ANNEXES = 2001, 2002  # lists, beyond those of pandoc
_LEVELS = 9
_BLANKS = " \u00a0"
_ANNEX = re.compile(r"(?P<before>\D+[ \u00a0])(?P<number>\d+)\.[ \u00a0]")


def count_headings(tree: Node) -> dict[str, str]:
    """Numbers of headings as a word processor counts them, by the heading's name.

    Chapters and sections are counted together, annexes (`Annex 1. Methods`) for themselves. What
    would be counted otherwise than it is printed keeps its number as text.
    """
    chapters: list[tuple[str, str]] = []
    annexes: list[tuple[str, re.Match[str]]] = []
    counts = [0] * _LEVELS
    for node in nodes(tree["blocks"]):
        if node["t"] != "Header":
            continue
        level, name, title = node["c"][0], find_identifier(node), node["c"][2]
        first = title[0] if title else {"t": "Space"}
        if first["t"] == "Span" and "section-number" in find_classes(first):
            counts = [*counts[: level - 1], counts[level - 1] + 1, *([0] * (_LEVELS - level))]
            number = stringify(first)
            if number != ".".join(map(str, counts[:level])):
                return {}
            chapters.append((name, number))
        elif first["t"] == "Str" and (match := _ANNEX.match(stringify(title))):
            annexes.append((name, match))
    labels = {match["before"] for _, match in annexes}
    numbers = [int(match["number"]) for _, match in annexes]
    if len(labels) == 1 and numbers == [*range(1, len(numbers) + 1)]:
        chapters += [(name, match[0].rstrip()) for name, match in annexes]
    found = dict(chapters)
    return found if len(found) == len(chapters) and "" not in found else {}


def strip_number(title: list[Node], number: str) -> list[Node]:
    """A heading's words without its number."""
    rest, left = list(title), len(number)
    while rest and (left > 0 or rest[0]["t"] in ("Space", "SoftBreak")):
        first = rest.pop(0)
        words = stringify(first)
        if len(words) > left > 0 and first["t"] == "Str":
            rest.insert(0, text(words[left:].lstrip(_BLANKS)))
        left -= len(words)
    return rest


def mark_number(node: Node, number: str) -> list[Node]:
    """A heading whose number is marked, to be that of a list, and named, to be referred to."""
    level, triple, inlines = node["c"]
    run = f'<w:r><w:rPr><w:rStyle w:val="{_MARK}"/></w:rPr><w:t>{escape(number)}</w:t></w:r>'
    mark = {"t": "RawInline", "c": ["openxml", run]}
    named = span(attr(f"{find_identifier(node)}-number"), strip_number(inlines, number))
    return [{"t": "Header", "c": [level, triple, [mark, named]]}]


def bind_numbers(root: ET.Element) -> str:
    """Take marked numbers out of a document's headings, which become those of lists.

    Returns:
        What the label of an annex is, its number as `%1`; empty where no heading was marked.
    """
    label, bound = "", False
    plain = []
    for paragraph in root.iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if style is None or not re.fullmatch(r"Heading\d", style.get(f"{W}val", "")):
            continue
        properties = paragraph.find(f"{W}pPr")
        assert properties is not None
        run = next((run for run in paragraph.findall(f"{W}r") if _is_mark(run)), None)
        if run is None:
            plain.append(properties)
            continue
        bound = True
        shown = "".join(run.itertext())
        paragraph.remove(run)
        if not re.fullmatch(r"[\d.]+", shown):
            label = re.sub(r"\d+", "%1", shown)
            _set_list(properties, _ANNEXES)
    for properties in plain if bound else []:
        _set_list(properties, 0)
    return (label or "%1") if bound else ""


def _is_mark(run: ET.Element) -> bool:
    style = run.find(f"{W}rPr/{W}rStyle")
    return style is not None and style.get(f"{W}val") == _MARK


def _set_list(properties: ET.Element, number: int) -> None:
    numbering = ET.Element(f"{W}numPr")
    ET.SubElement(numbering, f"{W}ilvl").set(f"{W}val", "0")
    ET.SubElement(numbering, f"{W}numId").set(f"{W}val", str(number))
    properties.insert(1, numbering)


def add_lists(numbering: str, label: str) -> str:
    """The document's lists, with those of its chapters and of its annexes."""
    look = '<w:rPr><w:b w:val="0"/><w:color w:val="1F6F72"/></w:rPr>'
    levels = ""
    for level in range(_LEVELS):
        shown = ".".join(f"%{number}" for number in range(1, level + 2))
        style = f'<w:pStyle w:val="Heading{level + 1}"/>'
        levels += _level(level, style, shown, look)
    lists = {_CHAPTERS: levels, _ANNEXES: _level(0, "", label, "")}
    made = "".join(
        f'<w:abstractNum w:abstractNumId="{name}"><w:multiLevelType w:val="multilevel"/>{content}'
        "</w:abstractNum>"
        for name, content in lists.items()
    )
    used = "".join(
        f'<w:num w:numId="{name}"><w:abstractNumId w:val="{name}"/></w:num>' for name in lists
    )
    first = re.search(r"<w:num |</w:numbering>", numbering)
    assert first is not None
    numbering = numbering[: first.start()] + made + numbering[first.start() :]
    return numbering.replace("</w:numbering>", f"{used}</w:numbering>")


def _level(level: int, style: str, shown: str, look: str) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>{style}'
        f'<w:suff w:val="space"/><w:lvlText w:val={quoteattr(shown)}/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr>{look}</w:lvl>'
    )


def number_styles(styles: str) -> str:
    """Styles of headings, bound to the levels of the list of chapters."""

    def bind(found: re.Match[str]) -> str:
        level = int(found[2]) - 1
        place = f'<w:ilvl w:val="{level}"/>' if level else ""
        number = f'<w:numPr>{place}<w:numId w:val="{_CHAPTERS}"/></w:numPr>'
        return found[1] + number + found[3]

    pattern = r'(<w:style [^>]*w:styleId="Heading(\d)"[^>]*>(?:(?!</w:style>).)*?)(<w:spacing )'
    return re.sub(pattern, bind, styles, flags=re.DOTALL)
