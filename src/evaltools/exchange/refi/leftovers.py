"""What became of every element of a file, so that nothing is lost without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from evaltools.documents.packages import local
from evaltools.exchange.record import Dropped, Loss
from evaltools.exchange.refi.model import guid_of

_LONGEST = 80

# Why what nobody took is left behind, by the element that it is or stands in.
_REASONS = {
    "PictureSource": "pictures are not read",
    "AudioSource": "sound is not read",
    "VideoSource": "video is not read",
    "PDFSelection": "it marks a place on a page, and no text of it is in the file",
    "Graph": "drawings of networks have no place in the study",
    "Graphs": "drawings of networks have no place in the study",
    "Set": "sets have no place in the study; codes are grouped by their parents",
    "Sets": "sets have no place in the study; codes are grouped by their parents",
    "Note": "memos have no place in the study",
    "NoteRef": "memos have no place in the study",
    "Description": "descriptions are kept of codes alone",
    "VariableValue": "its variable is unknown, or it has no value",
    "Variable": "no case or document has a value of it",
    "SelectionRef": "cases of the study hold whole documents",
    "CodeRef": "cases of the study hold documents, not codes",
    "SourceRef": "its source was not read",
}
_UNKNOWN = "the format has no such element here"


class Leftovers:
    """Keeps account of the elements of a file, and of those that are left over.

    Arguments:
        root: of its XML.
    """

    def __init__(self, root: etree._Element) -> None:
        # The list keeps lxml's proxies alive, so that each element is one object throughout.
        self.elements: tuple[etree._Element, ...] = tuple(
            element for element in root.iter() if isinstance(element.tag, str)
        )
        self._taken: set[etree._Element] = set()
        self._reasons: dict[etree._Element, str] = {}
        self._losses: dict[etree._Element, Loss] = {}
        self.names: dict[str, str] = {}
        for element in self.elements:
            guid, name = guid_of(element), element.get("name")
            if guid and name:
                self.names.setdefault(guid, name)

    def take(self, *elements: etree._Element | None) -> None:
        """What these say is in the study."""
        self._taken.update(element for element in elements if element is not None)

    def drop(self, element: etree._Element, why: str, loss: Loss = "unsupported") -> None:
        """An element and all in it that was not taken stay behind, for a reason."""
        for inner in element.iter():
            if isinstance(inner.tag, str):
                self._reasons.setdefault(inner, why)
                self._losses.setdefault(inner, loss)

    def taken_named(self, name: str) -> Iterator[etree._Element]:
        """Elements of a name that were taken."""
        return (e for e in self.elements if local(e) == name and e in self._taken)

    @property
    def taken(self) -> Counter[str]:
        """Elements that were taken, by name."""
        return Counter(local(element) for element in self._taken)

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """A line for every element that was not taken and holds something, in the file's order."""
        return tuple(
            Dropped(
                self._where(element),
                self._what(element),
                self._why(element),
                self._losses.get(element, "unsupported"),
            )
            for element in self.elements
            if element not in self._taken and not _empty(element)
        )

    def _where(self, element: etree._Element) -> str:
        parts = [local(element)]
        if element.get("name"):
            parts.append(f"“{_short(str(element.get('name')))}”")
        if element.get("guid"):
            parts.append(f"({guid_of(element)})")
        return f"{' '.join(parts)}, line {element.sourceline}"

    def _what(self, element: etree._Element) -> str:
        target = guid_of(element, "targetGUID") or guid_of(element, "representedGUID")
        if target:
            named = self.names.get(target)
            return f"“{_short(named)}”" if named else target
        if element.text and element.text.strip():
            return f"“{_short(element.text)}”"
        inner = Counter(local(child) for child in element)
        if inner:
            return ", ".join(f"{count} {name}" for name, count in inner.items())
        shown = (f"{key} {value}" for key, value in element.items() if key in _SHOWN)
        return ", ".join(shown)

    def _why(self, element: etree._Element) -> str:
        if element in self._reasons:
            return self._reasons[element]
        for outer in (element, *element.iterancestors()):
            if outer in self._taken:
                break
            if outer in self._reasons:
                return self._reasons[outer]
            if local(outer) in _REASONS:
                return _REASONS[local(outer)]
        return _UNKNOWN


_SHOWN = (
    "startPosition", "endPosition", "page", "begin", "end", "position", "timeStamp", "direction",
    "typeOfVariable",
)  # fmt: skip


def loss_of(selection: etree._Element) -> Loss:
    """What is lost with a selection: a passage if any code is on it."""
    return "passage" if any(local(inner) == "Coding" for inner in selection) else "uncoded"


def _empty(element: etree._Element) -> bool:
    """Whether an element holds nothing: no text, no attribute, nothing in it."""
    return not len(element) and not element.attrib and not (element.text or "").strip()


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"
