"""Codebooks: nested codes with descriptions, in projects and by themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml import etree

from evaltools.documents.packages import children, first
from evaltools.exchange.record import Code
from evaltools.exchange.refi.guids import made, plain
from evaltools.exchange.refi.ledger import Ledger
from evaltools.exchange.refi.naming import identifier
from evaltools.exchange.refi.notes import Line, Notes, exact, legal, read_lines, text_of

# A codebook by itself has no notes, so a description ends with what a note would say.
BLOCK = "evaltools: "
_HEADINGS = {"include": "Include: ", "exclude": "Exclude: "}
_FIELDS = ("kind", "label_fi", "label_sv", "label_en", "codebook_version", "retired")
COLOR = re.compile(r"#(?:[A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})")


@dataclass(frozen=True)
class Described:
    """A description taken apart."""

    definition: str = ""
    include: str = ""
    exclude: str = ""


def describe(parts: Described) -> str:
    """Description for people: the definition, then what to include and what to exclude."""
    blocks = [f"{h}{v}" for f, h in _HEADINGS.items() if (v := getattr(parts, f))]
    return "\n\n".join([parts.definition, *blocks] if parts.definition else blocks)


def taken_apart(description: str) -> Described:
    """The opposite of `describe`."""
    found: dict[str, str] = {}
    for name, heading in reversed(_HEADINGS.items()):
        before, mark, after = ("\n\n" + description).rpartition(f"\n\n{heading}")
        if mark:
            found[name], description = after, before.removeprefix("\n\n")
    return Described(description, **found)


def read_codes(
    codebook: etree._Element,
    ledger: Ledger,
    notes: Notes,
    known: Collection[str] = (),
) -> tuple[tuple[Code, ...], dict[str, str]]:
    """Codes in the order of the file, parents before children, and their ids by GUID.

    Arguments:
        codebook: the `CodeBook` element.
        known: identifiers of the study, which are kept where they are the name of a code.
    """
    found: dict[str, Code] = {}
    by_guid: dict[str, str] = {}
    ids: dict[etree._Element, str] = {}
    ledger.take(codebook)
    for container in children(codebook, "Codes"):
        ledger.take(container)
        for element, parent in _nested(container, None):
            parent_id = None if parent is None else ids[parent]
            guid = plain(element.get("guid"))
            if guid and guid in by_guid:
                ledger.drop(element, "another code has the same GUID")
                ids[element] = by_guid[guid]
                continue
            code = _code(element, parent_id, guid, ledger, notes, found, known)
            found[code.code_id] = code
            ids[element] = code.code_id
            by_guid.setdefault(guid, code.code_id)
    return tuple(found.values()), by_guid


def _nested(
    container: etree._Element, parent: etree._Element | None
) -> Iterator[tuple[etree._Element, etree._Element | None]]:
    """Codes with their parents; a list instead of recursion, since files may be nested deeply."""
    waiting = [(child, parent) for child in reversed(list(children(container, "Code")))]
    while waiting:
        element, above = waiting.pop()
        yield element, above
        waiting += [(child, element) for child in reversed(list(children(element, "Code")))]


def _code(
    element: etree._Element,
    parent_id: str | None,
    guid: str,
    ledger: Ledger,
    notes: Notes,
    found: Collection[str],
    known: Collection[str],
) -> Code:
    name = element.get("name") or ""
    described = first(element, "Description")
    ledger.take(element, described)
    text = (described.text or "") if described is not None else ""
    line = notes.line("code", guid)
    text, block = _without_block(text)
    line = block or line
    own = text_of(line, "code_id")
    if own and own not in found:
        code_id = own
    elif name in known and name not in found:
        code_id = name
    else:
        code_id = identifier(name, "code", found, parent_id or "")
    if parent_id is None:
        parent_id = text_of(line, "parent_id") or None
    parts = _parts(line, text)
    return Code(
        code_id=code_id,
        parent_id=parent_id,
        name=exact(line, "name", name),
        definition=parts.definition,
        include=parts.include,
        exclude=parts.exclude,
        codable=(element.get("isCodable") or "true").strip() not in ("false", "0"),
        color=text_of(line, "color", element.get("color") or ""),
        guid=text_of(line, "guid", "" if guid == made("code", code_id) else guid),
        **{field: text_of(line, field) for field in _FIELDS},
    )


def _parts(line: Line | None, text: str) -> Described:
    """What the note says, unless the description was changed since."""
    was = Described(*(text_of(line, key) for key in vars(Described())))
    return was if was != Described() and legal(describe(was)) == text else taken_apart(text)


def _without_block(text: str) -> tuple[str, Line | None]:
    head, mark, tail = ("\n\n" + text).rpartition(f"\n\n{BLOCK}")
    if not mark:
        return text, None
    lines = list(read_lines(f"\n{tail}"))
    if len(lines) != 1 or "code" not in lines[0]:
        return text, None
    return head.removeprefix("\n\n"), lines[0]


def line_of(code: Code, guid: str, nested: bool) -> dict[str, object]:
    """What the format has no place for in a code.

    Arguments:
        guid: that the code has in the file.
        nested: whether the file shows its parent.
    """
    line: dict[str, object] = {"code": guid, "code_id": code.code_id}
    line |= {field: getattr(code, field) for field in _FIELDS}
    parts = Described(code.definition, code.include, code.exclude)
    if taken_apart(legal(describe(parts))) != parts:
        line |= vars(parts)
    if legal(code.name) != code.name:
        line["name"] = code.name
    if not nested and code.parent_id is not None:
        line["parent_id"] = code.parent_id
    if code.color and not COLOR.fullmatch(code.color):
        line["color"] = code.color
    if code.guid and code.guid != guid:
        line["guid"] = code.guid
    return line
