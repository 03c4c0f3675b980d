"""REFI-QDA projects and codebooks, read leniently: every fault listed, nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import get_args

from lxml import etree

from evaltools.documents.packages import children
from evaltools.exchange.conventions import Convention
from evaltools.exchange.positions import Positions, detect
from evaltools.exchange.record import Code, CodingSet, Dropped, Loss
from evaltools.exchange.refi import notes as noting
from evaltools.exchange.refi.archive import Archive, open_refi
from evaltools.exchange.refi.codebook import read_codes
from evaltools.exchange.refi.guids import plain
from evaltools.exchange.refi.ledger import Ledger
from evaltools.exchange.refi.notes import Notes, text_of, texts_of
from evaltools.exchange.refi.passages import Context, Passages, read_passages
from evaltools.exchange.refi.people import read_people
from evaltools.exchange.refi.schema import faults
from evaltools.exchange.refi.sources import read_sources, read_variables, take_variables
from evaltools.exchange.refi.texts import load
from evaltools.exchange.refi.ties import (
    read_cases,
    read_readings,
    read_relations,
    take_notes,
    tied,
)
from evaltools.problems import Problem, ProblemError

OURS = "evaltools"


def read_refi(
    path: Path, positions: Convention | str | None = None, code_ids: Collection[str] = ()
) -> CodingSet:
    """The coding in a REFI-QDA project (.qdpx, .qde), or the codes of a codebook (.qdc).

    Arguments:
        path: of the file, told by what it holds and not by its name.
        positions: how it counts, where the user says so; otherwise it is found out.
        code_ids: identifiers of the study's codes, kept where a code has one for its name.

    Raises ProblemError where the file is hostile or damaged, or where its positions can be
    read in two ways that give different quotes, or in none.
    """
    return read_with_ledger(path, positions, code_ids)[0]


def read_with_ledger(
    path: Path, positions: Convention | str | None = None, code_ids: Collection[str] = ()
) -> tuple[CodingSet, Ledger]:
    """The same, with the account of every element of the file."""
    stated = _stated(positions)
    archive = open_refi(path)
    ledger = Ledger(archive.root)
    if archive.is_codebook:
        codes, _ = read_codes(archive.root, ledger, Notes(()), code_ids)
        origin = _origin(archive.root)
        found = faults(archive.root)
        return CodingSet(origin=origin, codes=codes, faults=found, dropped=ledger.dropped), ledger
    return _read_project(archive, ledger, stated, code_ids), ledger


def _stated(positions: Convention | str | None) -> Convention | None:
    if positions is None or isinstance(positions, Convention):
        return positions
    try:
        return Convention.named(positions)
    except ValueError as error:
        problem = Problem("--positions", str(error), code="exchange.positions")
        raise ProblemError([problem]) from None


def _origin(root: etree._Element) -> str:
    return " ".join((root.get("origin") or "").split())


def _read_project(
    archive: Archive, ledger: Ledger, stated: Convention | None, code_ids: Collection[str]
) -> CodingSet:
    root = archive.root
    ledger.take(root)
    ours = dict(_our_notes(archive))
    notes = Notes(line for text in ours.values() for line in noting.read_lines(text))
    take_notes(root, ledger, frozenset(ours))
    people = read_people(root, ledger, notes)
    codes: tuple[Code, ...] = ()
    code_guids: dict[str, str] = {}
    for codebook in list(children(root, "CodeBook"))[:1]:
        codes, code_guids = read_codes(codebook, ledger, notes, code_ids)
    variables = read_variables(root)
    sources, assumed = read_sources(archive, ledger, notes, variables)
    with_text = [coded for coded in sources if coded.marked is not None]
    marked = [coded.marked for coded in with_text if coded.marked is not None]
    found = detect(marked, archive.name, stated)

    passages = Passages()
    context = Context(ledger, notes, code_guids, people, tied(root, notes), _origin(root))
    for index, coded in enumerate(with_text):
        read_passages(passages, coded, found.of(index), context)
    relations = read_relations(root, ledger, notes, passages)
    by_guid = {
        plain(element.get("guid")): coded.document.document_id
        for coded in sources
        for element in (coded.holder, coded.holder.getparent())
        if element is not None and element.get("guid")
    }
    cases = read_cases(root, ledger, notes, by_guid, variables)
    take_variables(root, ledger)
    project = notes.line("project", OURS) if _origin(root).startswith(OURS) else None
    return CodingSet(
        origin=text_of(project, "origin") if project is not None else _origin(root),
        documents=tuple(coded.document for coded in sources),
        codes=codes,
        coders=tuple(people.coders),
        segments=tuple(passages.segments.values()),
        codings=tuple(passages.codings.values()),
        readings=read_readings(notes, passages),
        relations=relations,
        cases=cases,
        positions=_positions(found, project, passages),
        faults=(*texts_of(project, "faults"), *faults(root)),
        dropped=(*_dropped_before(project), *ledger.dropped),
        assumed=(*texts_of(project, "assumed"), *assumed, *people.told, *passages.assumed),
    )


def _our_notes(archive: Archive) -> Iterator[tuple[str, str]]:
    """GUID and text of the notes that evaltools wrote."""
    for container in children(archive.root, "Notes"):
        for note in children(container, "Note"):
            if (note.get("name") or "").startswith(OURS):
                text = load(archive, note).text
                if text is not None and noting.is_ours(text):
                    yield plain(note.get("guid")), text


def _positions(found: Positions, project: noting.Line | None, passages: Passages) -> str:
    """How positions were read: as they were before, if this is our own file, unchanged."""
    if project is not None and not passages.new:
        return text_of(project, "positions")
    return found.words


def _dropped_before(project: noting.Line | None) -> Iterator[Dropped]:
    lines = (project or {}).get("dropped")
    for line in lines if isinstance(lines, list) else ():
        if not isinstance(line, list) or not all(isinstance(part, str) for part in line):
            continue
        if len(line) == 4 and line[3] in get_args(Loss):
            yield Dropped(line[0], line[1], line[2], line[3])
        elif len(line) == 3:  # written before losses had kinds
            yield Dropped(line[0], line[1], line[2], "unsupported")
