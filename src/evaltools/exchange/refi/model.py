"""What reading and writing REFI-QDA share: identifiers, private notes, descriptions of codes.

What the format has no place for stands in notes of our own that other tools show as memos. A
note's first line says what it is; each further line is a JSON object, whose first key says what
kind of thing it is about and whose value says which one, by its GUID. The lines of a document's
passages and codings stand in one note, attached to the document.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from evaltools.exchange.offsets.evidence import proof

OURS = "evaltools"
HEAD = "evaltools coding 1"
NOTE_NAME = "evaltools: what REFI-QDA has no place for"
KINDS = (
    "project", "code", "coder", "document", "segment", "coding", "relation", "case", "reading",
)  # fmt: skip

# Any fixed name would do; it must never change, or files would differ from one release to another.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:QDA-XML:project:1.0#evaltools")
# What XML 1.0 cannot hold (section 2.2 of the recommendation).
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Line = Mapping[str, Any]


def normalise_guid(guid: str | None) -> str:
    """A GUID in small letters without braces; empty for none."""
    return (guid or "").strip().removeprefix("{").removesuffix("}").lower()


def guid_of(element: etree._Element, attribute: str = "guid") -> str:
    """The GUID in an attribute of an element; empty where it has none."""
    return normalise_guid(element.get(attribute))


def generate_guid(kind: str, identifier: str) -> str:
    """The GUID of something of the study that has none of its own: always the same one."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{identifier}"))


def own_guid(line: Line | None, guid: str, kind: str, identifier: str) -> str:
    """The GUID that a tool gave to what is read; empty where evaltools made it."""
    return text_of(line, "guid", "" if guid == generate_guid(kind, identifier) else guid)


def seal(segment: str, code: str, coder: str) -> str:
    """Checksum of what a coding says, by which it is known whether another tool changed it."""
    return proof("\x1f".join((segment, code, coder)))


def legal(text: str) -> str:
    """Text that XML can hold: what it cannot is replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def legal_values(variables: Mapping[str, str]) -> dict[str, str]:
    """Values of variables that XML can hold; the private note has the others."""
    return {legal(name): legal(value) for name, value in variables.items() if value}


def write_lines(lines: Iterable[Line]) -> str:
    """Text of a note."""
    written = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return "\n".join([HEAD, *(_ILLEGAL.sub(_escaped, line) for line in written)])


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in match[0])


def is_ours(text: str) -> bool:
    """Whether the text of a note is one of ours."""
    return text.lstrip("\ufeff \r\n").startswith(HEAD)


def read_lines(text: str) -> Iterator[dict[str, Any]]:
    """Lines of a note that can be read; what people wrote below or between is passed over."""
    # Not splitlines: strings may hold U+0085 and U+2028, which are no line ends in JSON.
    for line in re.split("\r\n|\n|\r", text)[1:]:
        try:
            found = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(found, dict) and found and next(iter(found)) in KINDS:
            yield found


class Notes:
    """All lines of our notes in a file, by kind and GUID.

    Values come from a file that anybody may have changed, so each is asked for by its type.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines: dict[str, dict[str, Line]] = {kind: {} for kind in KINDS}
        self.readings: list[Line] = []
        for line in lines:
            kind = next(iter(line))
            if kind == "reading":
                self.readings.append(line)
            elif isinstance(line[kind], str):
                self._lines[kind][line[kind]] = line

    def line(self, kind: str, guid: str) -> Line | None:
        """The line about something; None where there is none."""
        return self._lines[kind].get(guid)


def text_of(line: Line | None, key: str, default: str = "") -> str:
    """A text of a line; the default where it has none."""
    found = (line or {}).get(key)
    return found if isinstance(found, str) else default


def exact(line: Line | None, key: str, found: str) -> str:
    """What was written before XML changed it, unless another tool changed it since."""
    was = text_of(line, key, found)
    return was if legal(was) == found else found


def exact_values(line: Line | None, found: Mapping[str, str]) -> Mapping[str, str]:
    """The same for values of variables."""
    was = (line or {}).get("variables")
    if not isinstance(was, list):
        return found
    pairs = {p[0]: p[1] for p in was if isinstance(p, list) and [type(x) for x in p] == [str, str]}
    return pairs if legal_values(pairs) == found else found


def number_of(line: Line | None, key: str) -> int | None:
    """A whole number of a line; None where it has none."""
    found = (line or {}).get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def texts_of(line: Line | None, key: str) -> tuple[str, ...]:
    """A list of texts of a line; empty where it has none."""
    found = (line or {}).get(key)
    return tuple(t for t in found if isinstance(t, str)) if isinstance(found, list) else ()


def without_defaults(line: dict[str, Any]) -> dict[str, Any]:
    """A line without what is empty, except its first key."""
    first = next(iter(line))
    return {k: v for k, v in line.items() if k == first or v not in ("", None, [], {})}


_HEADINGS = {"include": "Include: ", "exclude": "Exclude: "}
CODE_FIELDS = ("kind", "label_fi", "label_sv", "label_en", "codebook_version", "retired")
COLOR = re.compile(r"#(?:[A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})")
# A codebook by itself has no notes, so a description ends with what a note would say.
BLOCK = "evaltools: "


@dataclass(frozen=True)
class Description:
    """The description of a code: the definition, then what to include and what to exclude."""

    definition: str = ""
    include: str = ""
    exclude: str = ""

    def __str__(self) -> str:
        blocks = [f"{heading}{v}" for f, heading in _HEADINGS.items() if (v := getattr(self, f))]
        return "\n\n".join([self.definition, *blocks] if self.definition else blocks)


def split_description(text: str) -> Description:
    """The parts of a description in a file."""
    found: dict[str, str] = {}
    for name, heading in reversed(_HEADINGS.items()):
        before, mark, after = ("\n\n" + text).rpartition(f"\n\n{heading}")
        if mark:
            found[name], text = after, before.removeprefix("\n\n")
    return Description(text, **found)
