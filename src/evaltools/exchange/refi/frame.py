"""What every part of a project is built with: elements, identifiers, notes and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from evaltools.exchange.record import CodingSet
from evaltools.exchange.refi.guids import Register
from evaltools.exchange.refi.notes import Line, legal, write_lines


def child(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    """A new element in the namespace of its parent."""
    namespace = etree.QName(parent).namespace
    element = etree.SubElement(parent, f"{{{namespace}}}{tag}")
    for key, value in attributes.items():
        element.set(key, legal(value))
    return element


@dataclass
class Build:
    """A project in the making.

    Arguments:
        guids: of everything, by kind and identifier.
        notes: text of each note by its GUID, in order.
        texts: sources by file name.
    """

    codings: CodingSet
    register: Register = field(default_factory=Register)
    guids: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def give(self, kind: str, identifier: str, own: str = "") -> str:
        """GUID of something, the same one each time it is asked for."""
        if (kind, identifier) not in self.guids:
            self.guids[kind, identifier] = self.register.give(kind, identifier, own)
        return self.guids[kind, identifier]

    def note(self, name: str, lines: list[Line]) -> str:
        """Keep a note; returns its GUID."""
        guid = self.give("note", name)
        self.notes[guid] = write_lines(lines)
        return guid


def add_values(build: Build, element: etree._Element, variables: Mapping[str, str]) -> None:
    """Values of variables on a case or source."""
    for name, value in writable(variables).items():
        holder = child(element, "VariableValue")
        child(holder, "VariableRef", targetGUID=build.give("variable", name))
        child(holder, "TextValue").text = value


def writable(variables: Mapping[str, str]) -> dict[str, str]:
    """Values that XML can hold; the note has the others."""
    return {legal(name): legal(value) for name, value in variables.items() if value}


def exact_values(variables: Mapping[str, str]) -> dict[str, object]:
    """Values as they are, where XML or reading would change them."""
    return (
        {}
        if writable(variables) == variables
        else {"variables": [[k, v] for k, v in variables.items()]}
    )


def own_guid(own: str, guid: str) -> dict[str, str]:
    """The GUID that a tool gave, where the file cannot have it."""
    return {"guid": own} if own and own != guid else {}
