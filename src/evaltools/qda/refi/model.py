"""What reading and writing REFI-QDA share: identifiers, private notes, the list of leftovers, and
where a file breaks the schemas of the standard (`schemas/ORIGIN.md`): real exports do and are read
all the same, what is written here never does.

What the format has no place for stands in notes of our own that other tools show as memos. A
note's first line says what it is; each further line is a JSON object, whose first key says what
kind of thing it is about and whose value says which one, by its GUID. The lines of a document's
passages and codings stand in one note, attached to the document.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from importlib.resources import as_file, files
from typing import Any, NamedTuple

from lxml import etree

from evaltools.documents.zip_package import local_name
from evaltools.qda.model import DroppedItem, Loss
from evaltools.qda.names import meanings
from evaltools.qda.offsets.scoring import quote_key

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


def read_guid(element: etree._Element, attribute: str = "guid") -> str:
    """The GUID in an attribute, in small letters without braces; empty where there is none."""
    return (element.get(attribute) or "").strip().removeprefix("{").removesuffix("}").lower()


def generate_guid(kind: str, identifier: str) -> str:
    """The GUID of something of the study that has none of its own: always the same one."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{identifier}"))


def passage_seal(segment: str, code: str, coder: str) -> str:
    """Checksum of what a coding says, by which it is known whether another tool changed it."""
    return quote_key("\x1f".join((segment, code, coder)))


def legal_text(text: str) -> str:
    """Text that XML can hold: what it cannot is replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def altered(text: str) -> str:
    """A text that XML cannot hold as it is; empty for any other."""
    return "" if legal_text(text) == text else text


def legal_values(variables: Mapping[str, str]) -> dict[str, str]:
    """Values of variables that XML can hold; the private note has the others."""
    return {legal_text(name): legal_text(value) for name, value in variables.items() if value}


class Line(dict[str, Any]):
    """A line of a note, empty where there is none.

    Its values come from a file that anybody may have changed, so each is asked for by its type.
    """

    @classmethod
    def about(cls, kind: str, which: str, /, **values: object) -> Line:
        """A line without values that are empty."""
        filled = {key: v for key, v in values.items() if v not in ("", None, [], {})}
        return cls({kind: which, **filled})

    def text(self, key: str, default: str = "") -> str:
        """A text; the default where it has none."""
        value = self.get(key)
        return value if isinstance(value, str) else default

    def number(self, key: str) -> int | None:
        """A whole number; None where it has none."""
        value = self.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where it has none."""
        value = self.get(key)
        return tuple(t for t in value if isinstance(t, str)) if isinstance(value, list) else ()

    def exact_text(self, key: str, found: str) -> str:
        """What was written before XML changed it, unless another tool changed it since."""
        was = self.text(key, found)
        return was if legal_text(was) == found else found

    def exact_values(self, found: Mapping[str, str]) -> Mapping[str, str]:
        """The same for values of variables."""
        was = self.get("variables")
        if not isinstance(was, list):
            return found
        pairs = [p for p in was if isinstance(p, list) and [type(x) for x in p] == [str, str]]
        return dict(pairs) if legal_values(dict(pairs)) == found else found

    def own_guid(self, guid: str, kind: str, identifier: str) -> str:
        """The GUID that a tool gave to what is read; empty where evaltools made it."""
        return self.text("guid", "" if guid == generate_guid(kind, identifier) else guid)


def write_lines(lines: Iterable[Line]) -> str:
    """Text of a note."""
    written = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return "\n".join([HEAD, *(_ILLEGAL.sub(_escaped, line) for line in written)])


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in match[0])


def is_ours(text: str) -> bool:
    """Whether the text of a note is one of ours."""
    return text.lstrip("\ufeff \r\n").startswith(HEAD)


def read_lines(text: str) -> Iterator[Line]:
    """Lines of a note that can be read; what people wrote below or between is passed over."""
    # Not splitlines: strings may hold U+0085 and U+2028, which are no line ends in JSON.
    for line in re.split("\r\n|\n|\r", text)[1:]:
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict) and value and next(iter(value)) in KINDS:
            yield Line(value)


class PrivateNotes:
    """All lines of our notes in a file, by kind and GUID."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self._lines: dict[tuple[str, str], Line] = {}
        self.readings: list[Line] = []
        for line in lines:
            kind = next(iter(line))
            if kind == "reading":
                self.readings.append(line)
            elif isinstance(line[kind], str):
                self._lines[kind, line[kind]] = line

    def line(self, kind: str, guid: str) -> Line:
        """The line about something."""
        return self._lines.get((kind, guid), Line())


_HEADINGS = {"include": "Include: ", "exclude": "Exclude: "}
CODE_FIELDS = ("kind", "label_fi", "label_sv", "label_en", "codebook_version", "retired")
COLOR = re.compile(r"#(?:[A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})")
# A codebook by itself has no notes, so a description ends with what a note would say.
BLOCK = "evaltools: "


class Description(NamedTuple):
    """The description of a code: the definition, then what to include and what to exclude."""

    definition: str = ""
    include: str = ""
    exclude: str = ""

    def __str__(self) -> str:
        blocks = [f"{heading}{v}" for f, heading in _HEADINGS.items() if (v := getattr(self, f))]
        return "\n\n".join([self.definition, *blocks] if self.definition else blocks)


def split_description(text: str) -> Description:
    """The parts of a description in a file."""
    values: dict[str, str] = {}
    for name, heading in reversed(_HEADINGS.items()):
        before, mark, after = ("\n\n" + text).rpartition(f"\n\n{heading}")
        if mark:
            values[name], text = after, before.removeprefix("\n\n")
    return Description(text, **values)


_LONGEST = 80

_UNKNOWN = "the format has no such element here"


class Leftovers:
    """Keeps account of the elements of a file, and of those that are left over."""

    def __init__(self, root: etree._Element) -> None:
        # The list keeps lxml's proxies alive, so that each element is one object throughout.
        self.elements = [one for one in root.iter() if isinstance(one.tag, str)]
        self.used: set[etree._Element] = set()
        self._reasons: dict[etree._Element, tuple[str, Loss]] = {}
        self._names: dict[str, str] = {}
        for element in self.elements:
            guid, name = read_guid(element), element.get("name")
            if guid and name:
                self._names.setdefault(guid, name)

    def mark_used(self, *elements: etree._Element | None) -> None:
        """What these say is in the study."""
        self.used.update(element for element in elements if element is not None)

    def drop(self, element: etree._Element, why: str, loss: Loss = "unsupported") -> None:
        """An element and all in it that was not used stay behind, for a reason."""
        for inner in element.iter():
            if isinstance(inner.tag, str):
                self._reasons.setdefault(inner, (why, loss))

    @property
    def dropped(self) -> tuple[DroppedItem, ...]:
        """A line for every element that was not used and holds something, in the file's order."""
        return tuple(
            DroppedItem(self._where(element), self._what(element), *self._reason(element))
            for element in self.elements
            if element not in self.used
            and (len(element) or element.attrib or (element.text or "").strip())
        )

    def _where(self, element: etree._Element) -> str:
        parts = [local_name(element)]
        if element.get("name"):
            parts.append(f"“{shorten(str(element.get('name')))}”")
        if element.get("guid"):
            parts.append(f"({read_guid(element)})")
        return f"{' '.join(parts)}, line {element.sourceline}"

    def _what(self, element: etree._Element) -> str:
        target = read_guid(element, "targetGUID") or read_guid(element, "representedGUID")
        if target:
            named = self._names.get(target)
            return f"“{shorten(named)}”" if named else target
        if element.text and element.text.strip():
            return f"“{shorten(element.text)}”"
        inner = Counter(local_name(child) for child in element)
        if inner:
            return ", ".join(f"{count} {name}" for name, count in inner.items())
        shown = (f"{key} {value}" for key, value in element.items() if key in _SHOWN)
        return ", ".join(shown)

    def _reason(self, element: etree._Element) -> tuple[str, Loss]:
        if element in self._reasons:
            return self._reasons[element]
        for outer in (element, *element.iterancestors()):
            if outer in self.used:
                break
            if outer in self._reasons:
                return self._reasons[outer][0], "unsupported"
            if why := meanings("refi_leftovers").get(local_name(outer)):
                return why, "unsupported"
        return _UNKNOWN, "unsupported"


_SHOWN = (
    "startPosition", "endPosition", "page", "begin", "end", "position", "timeStamp", "direction",
    "typeOfVariable",
)  # fmt: skip


def selection_loss(selection: etree._Element) -> Loss:
    """What is lost with a selection: a passage if any code is on it."""
    return "passage" if any(local_name(inner) == "Coding" for inner in selection) else "uncoded"


def shorten(text: str, longest: int = _LONGEST) -> str:
    """A text in one line of no more characters, with an ellipsis where it was cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


NAMESPACES = {"Project": "urn:QDA-XML:project:1.0", "CodeBook": "urn:QDA-XML:codebook:1.0"}
_FILES = {"Project": "project.xsd", "CodeBook": "codebook.xsd"}
_MOST = 50  # one fault is often repeated in every element

_QUALIFIED = re.compile(r"\{[^}]*\}")
_ABOUT = re.compile(
    r"^Element '([^']+)'(?:, attribute '([^']+)')?: (?:\[[^\]]*\] )?(.*)$", re.DOTALL
)
_VALUE = re.compile(r"(?:The value )?'(.*?)' is not (?:accepted|an element|a valid)", re.DOTALL)
_EXPECTED = re.compile(r"Expected is (?:one of )?\( ?(.*?) ?\)\.")


@cache
def _schema(kind: str) -> etree.XMLSchema:
    with as_file(files("evaltools.qda.refi") / "schemas" / _FILES[kind]) as path:
        return etree.XMLSchema(etree.parse(path))


def find_schema_errors(root: etree._Element) -> tuple[str, ...]:
    """Where `Project` or `CodeBook`, in whatever namespace, breaks the schema, a line each."""
    kind, errors = local_name(root), dict[str, None]()
    namespace = str(etree.QName(root).namespace or "")
    if namespace != NAMESPACES[kind]:
        errors[
            f"line {root.sourceline}: the namespace is {namespace or 'missing'}, not "
            f"{NAMESPACES[kind]}; it was read as if it were"
        ] = None
        root = deepcopy(root)
        for element in root.iter():
            if isinstance(element.tag, str):
                element.tag = f"{{{NAMESPACES[kind]}}}{local_name(element)}"
    schema = _schema(kind)
    if not schema.validate(root):
        found = [f"line {entry.line}: {_explain(entry.message)}" for entry in schema.error_log]
        errors |= dict.fromkeys(found)
    shown = list(errors)
    if len(shown) > _MOST:
        shown = [*shown[:_MOST], f"and {len(shown) - _MOST} more places that break the format"]
    return tuple(shown)


def _explain(message: str) -> str:
    text = _QUALIFIED.sub("", message).strip()
    match = _ABOUT.match(text)
    if match is None:
        return text
    element, attribute, rest = match.groups()
    expected = _EXPECTED.search(rest)
    names = " or ".join(part.strip() for part in expected[1].split(",")) if expected else ""
    if "Missing child element" in rest:
        return f"{element} is empty or ends too early; it needs {names} in it"
    if "This element is not expected" in rest:
        where = f"; {names} may stand there" if names else "; nothing may follow there"
        return f"{element} stands where it may not{where}"
    if missing := re.match(r"The attribute '([^']+)' is required but missing", rest):
        return f"{element} has no {missing[1]}, which it needs"
    if foreign := re.match(r"The attribute '([^']+)' is not allowed", rest):
        return f"{element} has {foreign[1]}, which the format does not know"
    if value := _VALUE.match(rest):
        return f"{attribute or 'text'} of {element} is “{value[1]}”, which is no value of it"
    return f"{element}{f', {attribute}' if attribute else ''}: {rest}"
