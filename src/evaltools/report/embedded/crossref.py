"""Numbers for sections, figures, tables, listings and equations, in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaltools.report.embedded.ast import (
    NBSP,
    Node,
    attr,
    classes_of,
    identifier_of,
    nodes,
    para,
    plain,
    put,
    rewrite,
    space,
    span,
    stringify,
    text,
)
from evaltools.report.embedded.format_context import names
from evaltools.report.embedded.source import Faults

FLOATS = {"Figure": "fig", "Table": "tbl"}
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


@dataclass(frozen=True)
class Entry:
    """What a cross-reference can point at.

    Arguments:
        kind: `fig`, `tbl`, `lst`, `eq`, `sec`. number: as shown, "3", "2.1", "3" + NBSP + "(a)".
        chapter: whether it is a section of the first level.
    """

    kind: str
    number: str
    chapter: bool = False


@dataclass
class Numbering:
    """Numbers a tree in place and keeps the index of what has a number.

    Arguments:
        options: the format's options. words: the renderer's words. faults: takes problems.
    """

    options: Mapping[str, Any]
    words: Mapping[str, str]
    faults: Faults
    index: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        crossref = self.options.get("crossref")
        self.crossref: Mapping[str, Any] = crossref if isinstance(crossref, Mapping) else {}
        self._sections: list[int] = []
        self._counts: dict[str, int] = {}
        self._parts: dict[str, int] = {}

    def apply(self, blocks: list[Node]) -> None:
        """Number everything, labels put into captions and headings."""
        for node in list(nodes(blocks)):
            kind = node["t"]
            if kind == "Header":
                self._section(node)
            elif kind in FLOATS:
                self._float(node, FLOATS[kind])
            elif kind == "Div" and "listing" in classes_of(node):
                self._listing(node)
            elif kind in {"Para", "Plain"}:
                self._equations(node)

    def _section(self, node: Node) -> None:
        level, triple, inlines = node["c"]
        if not self.options.get("number-sections") or "unnumbered" in triple[1]:
            if triple[0].startswith("sec-"):
                self.index[triple[0]] = Entry("sec", "")
            return
        if level > int(self.options.get("number-depth", 6)):
            return
        self._sections = [*self._sections[:level], *([0] * (level - len(self._sections)))]
        self._sections[level - 1] += 1
        if level == 1 and self.crossref.get("chapters"):
            self._counts.clear()
        number = ".".join(map(str, self._sections))
        put(triple, "number", number)
        node["c"][2] = [span(attr(classes=["section-number"]), [text(number)]), space(), *inlines]
        if triple[0]:
            self.index[triple[0]] = Entry("sec", number, level == 1)

    def _next(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        style = str(self.crossref.get(f"{kind}-labels", self.crossref.get("labels", "arabic")))
        number = self._styled(self._counts[kind], style)
        if self.crossref.get("chapters") and self._sections:
            return f"{self._sections[0]}.{number}"
        return number

    def _styled(self, number: int, style: str) -> str:
        name, _, first = style.partition(" ")
        if name == "arabic":
            return str(number)
        if name == "alpha":
            letters = ""
            while number:
                number, rest = divmod(number - 1, 26)
                letters = chr(ord("a") + rest) + letters
            return letters.upper() if first == "A" else letters
        if name == "roman":
            letters = ""
            for value, sign in _ROMAN:
                while number >= value:
                    letters, number = letters + sign, number - value
            return letters.upper() if first == "I" else letters
        self.faults.add(
            "labels",
            f"crossref labels {style}",
            "Use arabic, alpha a or roman i",
            "render.option",
            "_quarto.yml:1",
        )
        return str(number)

    def _float(self, node: Node, kind: str) -> None:
        identifier = identifier_of(node)
        if "subfigure" in classes_of(node):
            self._part(node)
        elif identifier.startswith(f"{kind}-"):
            number = self._next(kind)
            self._enter(identifier, Entry(kind, number))
            self._label(node, f"{self._title(kind)}{NBSP}{number}")

    def _part(self, node: Node) -> None:
        triple = node["c"][0]
        parent = next(value for key, value in triple[2] if key == "parent")
        triple[2] = [pair for pair in triple[2] if pair[0] != "parent"]
        self._parts[parent] = self._parts.get(parent, 0) + 1
        letter = self._styled(
            self._parts[parent], str(self.crossref.get("subref-labels", "alpha a"))
        )
        number = self.index[parent].number if parent in self.index else ""
        self._enter(triple[0], Entry("fig", f"{number}{NBSP}({letter})"))
        self._label(node, f"({letter})", delimiter="")

    def _listing(self, node: Node) -> None:
        identifier = identifier_of(node)
        number = self._next("lst")
        self._enter(identifier, Entry("lst", number))
        heading = node["c"][1][0]
        caption = heading["c"][1][0]["c"] if heading["c"][1] else []
        label = f"{self._title('lst')}{NBSP}{number}"
        heading["c"][1] = [para(self._labelled(label, caption, self._delimiter()))]

    def _equations(self, node: Node) -> None:
        inlines = node["c"]
        result: list[Node] = []
        position = 0
        while position < len(inlines):
            item = inlines[position]
            if item["t"] == "Math" and item["c"][0]["t"] == "DisplayMath":
                taken = _identifier(inlines, position + 1)
                if taken is not None:
                    identifier, alt, position = taken
                    number = self._next("eq")
                    self._enter(identifier, Entry("eq", number))
                    own = attr(identifier, ["equation"], {"number": number})
                    if alt:
                        put(own, "alt", alt)
                    result.append(span(own, [item]))
                    continue
            result.append(item)
            position += 1
        node["c"] = result

    def _enter(self, identifier: str, entry: Entry) -> None:
        if identifier in self.index:
            self.faults.add(
                f"#{identifier}",
                f"id {identifier} is given twice",
                "Every id may be used once",
                "render.crossref",
                self.faults.where(f"#{identifier}", 1),
            )
        self.index[identifier] = entry

    def _title(self, kind: str) -> str:
        return str(self.crossref.get(f"{kind}-title", self.words[f"crossref-{kind}-title"]))

    def _delimiter(self) -> str:
        return str(self.crossref.get("title-delim", ":"))

    def _label(self, node: Node, label: str, delimiter: str | None = None) -> None:
        caption = node["c"][1]
        inlines = caption[1][0]["c"] if caption[1] else []
        end = self._delimiter() if delimiter is None else delimiter
        labelled = plain(self._labelled(label, inlines, end))
        node["c"][1] = [caption[0], [labelled, *caption[1][1:]]]

    def _labelled(self, label: str, caption: list[Node], delimiter: str) -> list[Node]:
        if not stringify(caption).strip():
            return [span(attr(classes=["caption-label"]), [text(label)])]
        return [span(attr(classes=["caption-label"]), [text(label + delimiter)]), space(), *caption]


def _identifier(inlines: list[Node], start: int) -> tuple[str, str, int] | None:
    """The `{#eq-x}` that follows a formula: its id, its alternative text, where it ends."""
    position = start
    while position < len(inlines) and inlines[position]["t"] in {"Space", "SoftBreak"}:
        position += 1
    if position >= len(inlines) or not str(inlines[position].get("c", "")).startswith("{#eq-"):
        return None
    for end in range(position, len(inlines)):
        written = stringify(inlines[position : end + 1])
        if "}" in written:
            inner, _, after = written.partition("}")
            identifier, _, attributes = inner[2:].strip().partition(" ")
            alt = attributes.partition("alt=")[2].strip("\"'“”’ ")
            inlines[end] = text(after)
            return identifier, alt, end if after else end + 1
    return None


KINDS = frozenset({"fig", "tbl", "lst", "eq", "sec"})
# Kinds that Quarto has and this renderer has not.
_OTHERS = names("references-refused")


@dataclass(frozen=True)
class Crossref:
    """Turns citations of floats and sections into links."""

    numbering: Numbering
    words: Mapping[str, str]
    faults: Faults

    def apply(self, blocks: list[Node]) -> list[Node]:
        """The tree with every cross-reference a Link of class `crossref`."""
        result: list[Node] = rewrite(blocks, self._replace, down=False)
        return result

    def _replace(self, node: Node) -> list[Node] | None:
        if node["t"] != "Cite":
            return None
        citations = node["c"][0]
        kinds = [_kind(citation["citationId"]) for citation in citations]
        for citation, kind in zip(citations, kinds, strict=True):
            if kind in _OTHERS:
                key = citation["citationId"]
                self.faults.add(
                    f"@{key}",
                    f"cross-reference of the kind {kind}: @{key}",
                    allowed=", ".join(sorted(KINDS)),
                    code="render.crossref",
                )
        if not any(kind in KINDS for kind in kinds):
            return None
        if not all(kind in KINDS for kind in kinds):
            key = citations[0]["citationId"]
            self.faults.add(
                f"@{key}",
                "a cross-reference and a citation in one bracket",
                "Write two brackets",
                "render.crossref",
            )
            return []
        result: list[Node] = []
        for index, (citation, kind) in enumerate(zip(citations, kinds, strict=True)):
            if index:
                result.extend([text(","), space()])
            result.append(self._link(citation, kind))
        return result

    def _link(self, citation: Node, kind: str) -> Node:
        key = citation["citationId"]
        identifier = key[0].lower() + key[1:]
        entry = self.numbering.index.get(identifier)
        if citation["citationSuffix"]:
            self.faults.add(
                f"@{key}",
                f"text after the cross-reference @{key} in its bracket",
                "Put it outside the bracket",
                "render.crossref",
            )
        if entry is None or (kind == "sec" and not entry.number):
            if entry is None:
                remedy = f"Give a {_NAMES[kind]} the id #{identifier}"
                what = f"unresolved cross-reference @{key}"
            else:
                what = f"cross-reference @{key} to a section without a number"
                remedy = "Set number-sections: true, or link to it: [text](#id)"
            self.faults.add(f"@{key}", what, remedy, "render.crossref")
            return text(f"?@{key}")
        inlines: list[Node] = []
        if citation["citationPrefix"]:
            inlines = [*citation["citationPrefix"], text(NBSP)]
        elif citation["citationMode"]["t"] != "SuppressAuthor":
            inlines = [text(self._prefix(kind, entry.chapter) + NBSP)]
        inlines.append(text(entry.number))
        if self.numbering.crossref.get("ref-hyperlink", True) is False:
            return {"t": "Span", "c": [attr(classes=["crossref"]), inlines]}
        return {"t": "Link", "c": [attr(classes=["crossref"]), inlines, [f"#{identifier}", ""]]}

    def _prefix(self, kind: str, chapter: bool) -> str:
        name = (
            "ch" if kind == "sec" and chapter and self.numbering.crossref.get("chapters") else kind
        )
        return str(
            self.numbering.crossref.get(f"{name}-prefix", self.words[f"crossref-{name}-prefix"])
        )


_NAMES = {"fig": "figure", "tbl": "table", "lst": "listing", "eq": "formula", "sec": "section"}


def _kind(key: str) -> str:
    kind, dash, _ = key.partition("-")
    return kind[:1].lower() + kind[1:] if dash else ""
