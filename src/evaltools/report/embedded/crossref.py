"""Cross-references: `@fig-x`, `[kuvassa @fig-x]`, `[-@fig-x]`, several in a bracket.

As Quarto writes them: "Kuva 1" with a no-break space; the words before `@` in a bracket stand
instead of "Kuva"; a minus leaves it out; each of several has its own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evaltools.report.embedded.ast import NBSP, Node, attr, rewrite, space, text
from evaltools.report.embedded.faults import Faults
from evaltools.report.embedded.numbering import Numbering
from evaltools.report.embedded.options import names

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
