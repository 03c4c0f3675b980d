"""Numbers, cross-references and citations.

Sections, figures, tables, listings and formulas are numbered, and references to them written, as
Quarto does it: "Kuva 1" with a no-break space; the words before `@` in a bracket stand instead of
"Kuva"; a minus leaves it out; each of several has its own word. Citations are citeproc's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.provenance.hashes import hash_file
from evaltools.report.part_store import PartStore
from evaltools.report.renderer.divs import Pass
from evaltools.report.renderer.format_context import option_names
from evaltools.report.renderer.located_problems import LocatedProblems
from evaltools.report.renderer.pandoc import PandocError, pandoc
from evaltools.report.renderer.pandoc_tree import (
    NBSP,
    Attr,
    Node,
    attr,
    div,
    find_identifier,
    find_texts,
    header,
    is_div,
    make_document,
    nodes,
    para,
    plain,
    put,
    rewrite,
    space,
    span,
    stringify,
    take,
    text,
    text_nodes,
)

# What can be referred to, in the words of a problem.
KINDS = {"fig": "figure", "tbl": "table", "lst": "listing", "eq": "formula", "sec": "section"}
_LANGUAGES = Path(__file__).with_name("reference_languages.lua")
_REFUSED_KINDS = option_names("references-refused")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass
class Crossref(Pass):
    """Numbers a tree in place, and turns citations of what has a number into links."""

    kinds = frozenset({"Cite"})

    def __post_init__(self) -> None:
        crossref = self.options.get("crossref")
        self._own: Mapping[str, Any] = crossref if isinstance(crossref, Mapping) else {}
        self._numbers: dict[str, str] = {}  # as shown: "3", "2.1", "3" + NBSP + "(a)"
        self._chapters: set[str] = set()
        self._sections: list[int] = []
        self._counts: Counter[str] = Counter()
        self._parts: Counter[str] = Counter()

    def apply(self, blocks: list[Node]) -> list[Node]:
        """The tree with labels in captions and headings, every cross-reference a Link."""
        for node in list(nodes(blocks)):
            kind = node["t"]
            if kind == "Header":
                self._section(node)
            elif kind in {"Figure", "Table"}:
                self._float(node, "fig" if kind == "Figure" else "tbl")
            elif is_div(node, "listing"):
                self._listing(node)
            elif kind in {"Para", "Plain"}:
                self._equations(node)
        return super().apply(blocks)

    def _section(self, node: Node) -> None:
        level, triple, inlines = node["c"]
        if not self.options.get("number-sections") or "unnumbered" in triple[1]:
            if triple[0].startswith("sec-"):
                self._numbers[triple[0]] = ""
            return
        if level > int(self.options.get("number-depth", 6)):
            return
        self._sections = [*self._sections[:level], *([0] * (level - len(self._sections)))]
        self._sections[level - 1] += 1
        if level == 1 and self._own.get("chapters"):
            self._counts.clear()
        number = ".".join(map(str, self._sections))
        put(triple, "number", number)
        node["c"][2] = [span(attr(classes=["section-number"]), [text(number)]), space(), *inlines]
        if triple[0]:
            self._numbers[triple[0]] = number
            if level == 1:
                self._chapters.add(triple[0])

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        style = str(self._own.get(f"{kind}-labels", self._own.get("labels", "arabic")))
        number = self._styled(self._counts[kind], style)
        if self._own.get("chapters") and self._sections:
            return f"{self._sections[0]}.{number}"
        return number

    def _styled(self, number: int, style: str) -> str:
        name, _, first = style.partition(" ")
        letters = ""
        if name == "alpha":
            while number:
                number, rest = divmod(number - 1, 26)
                letters = chr(ord("a") + rest) + letters
            return letters.upper() if first == "A" else letters
        if name == "roman":
            for value, sign in _ROMAN:
                letters += sign * (number // value)
                number %= value
            return letters.upper() if first == "I" else letters
        if name != "arabic":
            what, remedy = f"crossref labels {style}", "Use arabic, alpha a or roman i"
            self.problems.add("labels", what, remedy, "render.option", "_quarto.yml:1")
        return str(number)

    def _float(self, node: Node, kind: str) -> None:
        triple = node["c"][0]
        if "subfigure" in triple[1]:
            parent = take(triple, "parent") or ""
            self._parts[parent] += 1
            style = str(self._own.get("subref-labels", "alpha a"))
            letter = self._styled(self._parts[parent], style)
            number = self._numbers.get(parent, "")
            self._enter(triple[0], f"{number}{NBSP}({letter})")
            self._label(node, f"({letter})", "")
        elif triple[0].startswith(f"{kind}-"):
            self._label(node, self._numbered(triple[0], kind), self._delimiter())

    def _listing(self, node: Node) -> None:
        heading = node["c"][1][0]
        caption = heading["c"][1][0]["c"] if heading["c"][1] else []
        label = self._numbered(node["c"][0][0], "lst")
        heading["c"][1] = [para(_label_caption(label, caption, self._delimiter()))]

    def _equations(self, node: Node) -> None:
        inlines = node["c"]
        result: list[Node] = []
        position = 0
        while position < len(inlines):
            item = inlines[position]
            position += 1
            if item["t"] == "Math" and item["c"][0]["t"] == "DisplayMath":
                taken = _identifier(inlines, position)
                if taken is not None:
                    identifier, alt, position = taken
                    number = self._next("eq")
                    self._enter(identifier, number)
                    own = attr(identifier, ["equation"], {"number": number})
                    if alt:
                        put(own, "alt", alt)
                    item = span(own, [item])
            result.append(item)
        node["c"] = result

    def _numbered(self, identifier: str, kind: str) -> str:
        """The label of a float, which is entered into the index."""
        number = self._next(kind)
        self._enter(identifier, number)
        title = self._own.get(f"{kind}-title", self.words[f"crossref-{kind}-title"])
        return f"{title}{NBSP}{number}"

    def _enter(self, identifier: str, number: str) -> None:
        if identifier in self._numbers:
            refuse_second_id(identifier, self.problems)
        self._numbers[identifier] = number

    def _delimiter(self) -> str:
        return str(self._own.get("title-delim", ":"))

    def _label(self, node: Node, label: str, delimiter: str) -> None:
        short, blocks = node["c"][1]
        labelled = plain(_label_caption(label, blocks[0]["c"] if blocks else [], delimiter))
        node["c"][1] = [short, [labelled, *blocks[1:]]]

    def _replace(self, node: Node) -> list[Node] | None:
        """What stands instead of a citation that is a cross-reference."""
        if node["t"] != "Cite":
            return None
        citations = [(citation["citationId"], citation) for citation in node["c"][0]]
        kinds = [_kind(key) for key, _ in citations]
        for (key, _), kind in zip(citations, kinds, strict=True):
            if kind in _REFUSED_KINDS:
                what = f"cross-reference of the kind {kind}: @{key}"
                self._refuse(key, what, allowed=", ".join(sorted(KINDS)))
        if not any(kind in KINDS for kind in kinds):
            return None
        if not all(kind in KINDS for kind in kinds):
            what = "a cross-reference and a citation in one bracket"
            self._refuse(citations[0][0], what, "Write two brackets")
            return []
        result: list[Node] = []
        for (key, citation), kind in zip(citations, kinds, strict=True):
            result += [text(","), space()] if result else []
            result.append(self._link(key, citation, kind))
        return result

    def _link(self, key: str, citation: Node, kind: str) -> Node:
        identifier = key[0].lower() + key[1:]
        number = self._numbers.get(identifier)
        if citation["citationSuffix"]:
            what = f"text after the cross-reference @{key} in its bracket"
            self._refuse(key, what, "Put it outside the bracket")
        if number is None or (kind == "sec" and not number):
            what = f"cross-reference @{key} to a section without a number"
            remedy = "Set number-sections: true, or link to it: [text](#id)"
            if number is None:
                what = f"unresolved cross-reference @{key}"
                remedy = f"Give a {KINDS[kind]} the id #{identifier}"
            self._refuse(key, what, remedy)
            return text(f"?@{key}")
        inlines: list[Node] = []
        if citation["citationPrefix"]:
            inlines = [*citation["citationPrefix"], text(NBSP)]
        elif citation["citationMode"]["t"] != "SuppressAuthor":
            chapter = identifier in self._chapters and self._own.get("chapters")
            name = "ch" if kind == "sec" and chapter else kind
            prefix = self._own.get(f"{name}-prefix", self.words[f"crossref-{name}-prefix"])
            inlines = [text(f"{prefix}{NBSP}")]
        inlines.append(text(number))
        own: Attr = attr(classes=["crossref"])
        if self._own.get("ref-hyperlink", True) is False:
            return span(own, inlines)
        return {"t": "Link", "c": [own, inlines, [f"#{identifier}", ""]]}

    def _refuse(self, key: str, what: str, remedy: str = "", allowed: str = "") -> None:
        self.problems.add(f"@{key}", what, remedy, "render.crossref", allowed=allowed)


def refuse_second_id(identifier: str, problems: LocatedProblems) -> None:
    """Add that an id is given twice, where it is given the second time."""
    where = problems.find_place(f"#{identifier}", 1)
    what, remedy = f"id {identifier} is given twice", "Every id may be used once"
    problems.add(f"#{identifier}", what, remedy, "render.crossref", where)


def _kind(key: str) -> str:
    kind, dash, _ = key.partition("-")
    return kind[:1].lower() + kind[1:] if dash else ""


def _label_caption(label: str, caption: list[Node], delimiter: str) -> list[Node]:
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


_MISSING = re.compile(r"citation ([^\s]+) not found", re.IGNORECASE)


def cite(
    blocks: list[Node],
    options: Mapping[str, Any],
    words: Mapping[str, str],
    root: Path,
    epoch: int,
    problems: LocatedProblems,
    store: PartStore,
) -> list[Node]:
    """The tree with citations resolved and the references in Div#refs."""
    cited = [node for node in nodes(blocks) if node["t"] == "Cite"]
    if not cited and not options.get("nocite"):
        return blocks
    files = options.get("bibliography", [])
    if not files:
        for node in cited:
            for citation in node["c"][0]:
                _refuse_unknown(citation["citationId"], problems)
        return blocks
    if not any(find_identifier(node) == "refs" for node in nodes(blocks)):
        title = str(options.get("reference-section-title", words["section-title-references"]))
        heading = header(1, attr("references", ["unnumbered"]), text_nodes(title))
        blocks = [*blocks, heading, div(attr("refs"), [])]
    meta: dict[str, Any] = {
        "lang": {"t": "MetaString", "c": str(options.get("lang", "en"))},
        "link-citations": {"t": "MetaBool", "c": options.get("link-citations", True) is not False},
    }
    if options.get("nocite"):
        meta["nocite"] = {"t": "MetaInlines", "c": [_nocite(str(options["nocite"]))]}
    arguments = ["-t", "json", "--citeproc", f"--lua-filter={_LANGUAGES}"]
    arguments += [f"--bibliography={_address(root, str(name))}" for name in files]
    if options.get("csl"):
        arguments.append(f"--csl={_address(root, str(options['csl']))}")
    parts = _parts_with_citations(blocks)
    document = make_document(parts, meta)

    def resolve() -> Any:
        output, messages = pandoc(arguments, document, epoch)
        told = [each.text for each in messages if each.kind == "CiteprocWarning"]
        return [json.loads(output)["blocks"], told]

    sources = [*files, *([options["csl"]] if options.get("csl") else [])]
    contents = [hash_file(root / str(name).lstrip("/")) for name in sources]
    try:
        resolved, told = store.recall("citations", [document, sources, contents, epoch], resolve)
    except PandocError as error:
        what = f"the bibliography cannot be read: {error}"
        problems.add("", what, code="render.citation", where=files[0].lstrip("/"))
        return blocks
    for missing in filter(None, map(_MISSING.search, told)):
        _refuse_unknown(missing[1], problems)
    # A Cite would be resolved again by writers that know citations themselves.
    kept: list[Node] = rewrite(resolved, _drop_citations, kinds=frozenset({"Cite"}))
    if parts is blocks:
        return kept
    for part, made in zip(parts, kept, strict=True):
        part.update(made)
    return blocks


def _parts_with_citations(blocks: list[Node]) -> list[Node]:
    """The paragraphs and headings that cite, in order, and the place of the references.

    Citeproc asks no more of a document, most of which cites nothing. All of the blocks where a
    citation stands outside any paragraph and heading, or references were not left empty.
    """
    texts = find_texts(blocks, lambda node: node["t"] == "Cite")
    places = [node for node in nodes(blocks) if find_identifier(node) == "refs"]
    if texts is None or any(node["t"] != "Div" or node["c"][1] for node in places):
        return blocks
    return [*texts, *places]


def _address(root: Path, name: str) -> str:
    """A file as pandoc takes it: it decodes these names as the addresses of a page."""
    return str(root / name.lstrip("/")).replace("%", "%25")


def _drop_citations(node: Node) -> list[Node] | None:
    return [span(attr(classes=["citation"]), node["c"][1])] if node["t"] == "Cite" else None


def _refuse_unknown(key: str, problems: LocatedProblems) -> None:
    what, remedy = f"unresolved citation @{key}", "Add it to the bibliography"
    problems.add(f"@{key}", what, remedy, "render.citation")


def _nocite(written: str) -> Node:
    common = {"citationPrefix": [], "citationSuffix": [], "citationMode": {"t": "AuthorInText"},
              "citationNoteNum": 0, "citationHash": 0}  # fmt: skip
    keys = re.findall(r"@(\*|[\w:.#$%&+?<>~/-]*\w)", written)
    return {"t": "Cite", "c": [[{"citationId": key, **common} for key in keys], []]}
