"""Which document of the study a tool's document is: by its text, else by what it is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaltools.exchange.naming import stem_of
from evaltools.exchange.record import Document


@dataclass(frozen=True)
class Match:
    """A document of the study, and by what it was known; or why none is."""

    document: Document | None
    why: str


def match_document(
    found: Document,
    library: Sequence[Document],
    mapping: Mapping[str, str],
    hints: Iterable[str] = (),
) -> Match:
    """The study's document that a tool's document is.

    Arguments:
        found: the tool's document.
        library: documents of the study; their variables hold what else they are known by, such
            as a project or a register number.
        mapping: identifiers by the tool's name, where somebody has said so; goes before all.
        hints: further values that tell it, such as the variables of its case.
    """
    by_id = {document.document_id: document for document in library}
    for key in (found.name, found.document_id):
        if key in mapping:
            return Match(by_id.get(mapping[key]), f"mapped to {mapping[key]}")
    if found.text_sha256:
        same = [document for document in library if document.text_sha256 == found.text_sha256]
        if len(same) == 1:
            return Match(same[0], "the same text")
    if found.document_id in by_id:
        return Match(by_id[found.document_id], "its identifier")
    names = {plain_name(found.name), plain_name(found.document_id)} - {""}
    named = [
        document
        for document in library
        if names & {plain_name(document.document_id), plain_name(document.name)}
    ]
    if len(named) == 1:
        return Match(named[0], "its name")
    values = {plain_name(one) for one in (*found.variables.values(), *hints)} | names
    known = [
        document
        for document in library
        if values & {plain_name(value) for value in document.variables.values() if value}
    ]
    if len(known) == 1:
        return Match(known[0], "its project or register number")
    several = named or known
    if several:
        listed = ", ".join(document.document_id for document in several[:5])
        return Match(None, f"it could be any of {listed}")
    return Match(None, "no document of the study has this text, name or register number")


def plain_name(name: str) -> str:
    """A name without what differs by chance: suffix, capitals, spaces and underscores."""
    stem = stem_of(unicodedata.normalize("NFC", name).strip())
    # A register number such as VN/1234/2021 has slashes of its own.
    whole = name.strip() if re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name.strip()) else stem
    return re.sub(r"[\s_-]+", " ", whole.casefold()).strip()
