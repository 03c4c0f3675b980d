"""What the format has no place for, in notes of our own that other tools show as memos.

A note's first line says what it is; each further line is a JSON object, whose first key says
what kind of thing it is about and whose value says which one, by its GUID. The lines of a
document's passages and codings stand in one note, attached to the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

HEAD = "evaltools coding 1"
NAME = "evaltools: what REFI-QDA has no place for"
KINDS = (
    "project", "code", "coder", "document", "segment", "coding", "relation", "case", "reading",
)  # fmt: skip

# What XML 1.0 cannot hold (section 2.2 of the recommendation).
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Line = Mapping[str, Any]


def legal(text: str) -> str:
    """Text that XML can hold: what it cannot is replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


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

    def __bool__(self) -> bool:
        return bool(self.readings) or any(self._lines.values())

    def line(self, kind: str, guid: str) -> Line | None:
        """The line about something; None where there is none."""
        return self._lines[kind].get(guid)

    def guids(self, kind: str) -> tuple[str, ...]:
        """Everything of a kind that has a line."""
        return tuple(self._lines[kind])


def text_of(line: Line | None, key: str, default: str = "") -> str:
    """A text of a line; the default where it has none."""
    found = (line or {}).get(key)
    return found if isinstance(found, str) else default


def exact(line: Line | None, key: str, found: str) -> str:
    """What was written before XML changed it, unless another tool changed it since."""
    was = text_of(line, key, found)
    return was if legal(was) == found else found


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
