"""REFI-QDA projects and codebooks, read leniently: every fault listed, nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import get_args

from lxml import etree

from evaltools.documents.zip_package import children, first, local_name
from evaltools.qda.model import Case, Code, CodingSet, DroppedItem, Loss, ReadDocument, Relation
from evaltools.qda.names import identifier, lexicon, meanings
from evaltools.qda.offsets.conventions import Convention
from evaltools.qda.offsets.detection import DetectedConventions, detect_conventions
from evaltools.qda.refi.archive import Archive, open_refi
from evaltools.qda.refi.model import (
    BLOCK,
    CODE_FIELDS,
    OURS,
    Description,
    Leftovers,
    Line,
    PrivateNotes,
    exact_text,
    exact_values,
    is_ours,
    legal_text,
    line_number,
    line_text,
    line_texts,
    own_guid,
    read_guid,
    read_lines,
    split_description,
)
from evaltools.qda.refi.selections import Coders, Passages
from evaltools.qda.refi.sources import (
    CodedDocument,
    ProjectFile,
    load_text,
    read_sources,
    read_values,
    read_variables,
)
from evaltools.qda.refi.validate import find_schema_errors

_EITHER_WAY = ("rival", "counter")  # what these tie is the same from both ends


def read_refi(
    path: Path, positions: Convention | str | None = None, code_ids: Collection[str] = ()
) -> CodingSet:
    """The coding in a REFI-QDA project (.qdpx, .qde), or the codes of a codebook (.qdc).

    Arguments:
        path: of the file, recognised by what it holds and not by its name.
        positions: how it counts, where the user says so; otherwise it is found out.
        code_ids: identifiers of the study's codes, kept where a code has one for its name.

    Raises ProblemError where the file is hostile or damaged, or where its positions can be
    read in two ways that give different quotes, or in none.
    """
    return read_with_leftovers(path, positions, code_ids)[0]


def read_with_leftovers(
    path: Path, positions: Convention | str | None = None, code_ids: Collection[str] = ()
) -> tuple[CodingSet, Leftovers]:
    """The same, with the account of every element of the file."""
    stated = Convention.stated(positions) if isinstance(positions, str) else positions
    archive = open_refi(path)
    leftovers = Leftovers(archive.root)
    origin = " ".join((archive.root.get("origin") or "").split())
    if archive.is_codebook:
        project = ProjectFile(archive, PrivateNotes(()), leftovers, {}, origin)
        codes, _ = _read_codes(archive.root, project, code_ids)
        errors = find_schema_errors(archive.root)
        coding = CodingSet(origin=origin, codes=codes, faults=errors, dropped=leftovers.dropped)
        return coding, leftovers
    ours = dict(_our_notes(archive))
    notes = PrivateNotes(line for text in ours.values() for line in read_lines(text))
    project = ProjectFile(archive, notes, leftovers, read_variables(archive.root), origin)
    _take_notes(project, frozenset(ours))
    return _read_project(project, stated, code_ids), leftovers


def _read_project(
    project: ProjectFile, stated: Convention | None, code_ids: Collection[str]
) -> CodingSet:
    root, notes, leftovers = project.archive.root, project.notes, project.leftovers
    leftovers.mark_used(root)
    coders = Coders(project)
    codes: tuple[Code, ...] = ()
    code_guids: dict[str, str] = {}
    for codebook in list(children(root, "CodeBook"))[:1]:
        codes, code_guids = _read_codes(codebook, project, code_ids)
    sources, assumed = read_sources(project)
    with_text = [coded for coded in sources if coded.marked is not None]
    marked = [coded.marked for coded in with_text if coded.marked is not None]
    positions = detect_conventions(marked, project.archive.name, stated)
    passages = Passages(project, code_guids, coders, _linked(project))
    for index, coded in enumerate(with_text):
        passages.read(coded, positions.of(index))
    relations = _read_relations(project, passages)
    cases = _read_cases(project, sources)
    _take_variables(root, leftovers)
    own = notes.line("project", OURS) if project.origin.startswith(OURS) else None
    return CodingSet(
        origin=line_text(own, "origin") if own is not None else project.origin,
        documents=tuple(coded.document for coded in sources),
        codes=codes,
        coders=tuple(coders.coders),
        segments=tuple(passages.segments.values()),
        codings=tuple(passages.codings.values()),
        readings=_read_readings(notes, passages),
        relations=relations,
        cases=cases,
        positions=_positions(positions, own, passages),
        faults=(*line_texts(own, "faults"), *find_schema_errors(root)),
        dropped=(*_dropped_before(own), *leftovers.dropped),
        assumed=(*line_texts(own, "assumed"), *assumed, *coders.assumed, *passages.assumed),
    )


def _our_notes(archive: Archive) -> Iterator[tuple[str, str]]:
    """GUID and text of the notes that evaltools wrote."""
    for container in children(archive.root, "Notes"):
        for note in children(container, "Note"):
            if (note.get("name") or "").startswith(OURS):
                text = load_text(archive, note).text
                if text is not None and is_ours(text):
                    yield read_guid(note), text


def _take_notes(project: ProjectFile, ours: frozenset[str]) -> None:
    """Our own notes and what points to them were read; other memos stay behind."""
    leftovers = project.leftovers
    for container in children(project.archive.root, "Notes"):
        leftovers.mark_used(container)
        for note in children(container, "Note"):
            if read_guid(note) in ours:
                leftovers.mark_used(note, *children(note, "PlainTextContent"))
    for element in leftovers.elements:
        if local_name(element) == "NoteRef" and read_guid(element, "targetGUID") in ours:
            leftovers.mark_used(element)


def _take_variables(root: etree._Element, leftovers: Leftovers) -> None:
    """Variables of which a value was read are in the study; others stay behind."""
    used = {read_guid(e, "targetGUID") for e in leftovers.used_elements("VariableRef")}
    for container in children(root, "Variables"):
        leftovers.mark_used(container)
        for variable in children(container, "Variable"):
            if read_guid(variable) in used:
                leftovers.mark_used(variable)


def _positions(detected: DetectedConventions, own: Line | None, passages: Passages) -> str:
    """How positions were read: as they were before, if this is our own file, unchanged."""
    return line_text(own, "positions") if own is not None and not passages.new else detected.words


def _dropped_before(own: Line | None) -> Iterator[DroppedItem]:
    lines = (own or {}).get("dropped")
    for line in lines if isinstance(lines, list) else ():
        if not isinstance(line, list) or not all(isinstance(part, str) for part in line):
            continue
        if len(line) == 4 and line[3] in get_args(Loss):
            yield DroppedItem(line[0], line[1], line[2], line[3])
        elif len(line) == 3:  # written before losses had kinds
            yield DroppedItem(line[0], line[1], line[2], "unsupported")


def _read_codes(
    codebook: etree._Element, project: ProjectFile, known: Collection[str]
) -> tuple[tuple[Code, ...], dict[str, str]]:
    """Codes in the order of the file, parents before children, and their ids by GUID.

    Arguments:
        codebook: the `CodeBook` element.
        known: identifiers of the study, which are kept where they are the name of a code.
    """
    codes: dict[str, Code] = {}
    by_guid: dict[str, str] = {}
    ids: dict[etree._Element, str] = {}
    project.leftovers.mark_used(codebook)
    for container in children(codebook, "Codes"):
        project.leftovers.mark_used(container)
        # A list instead of recursion, since files may be nested deeply.
        waiting: list[tuple[etree._Element, str | None]]
        waiting = [(element, None) for element in reversed(list(children(container, "Code")))]
        while waiting:
            element, parent_id = waiting.pop()
            guid = read_guid(element)
            if guid and guid in by_guid:
                project.leftovers.drop(element, "another code has the same GUID")
                ids[element] = by_guid[guid]
            else:
                code = _read_code(element, parent_id, project, codes, known)
                codes[code.code_id] = code
                ids[element] = code.code_id
                by_guid.setdefault(guid, code.code_id)
            inner = reversed(list(children(element, "Code")))
            waiting += [(child, ids[element]) for child in inner]
    return tuple(codes.values()), by_guid


def _read_code(
    element: etree._Element,
    parent_id: str | None,
    project: ProjectFile,
    found: Collection[str],
    known: Collection[str],
) -> Code:
    name, guid = element.get("name") or "", read_guid(element)
    described = first(element, "Description")
    project.leftovers.mark_used(element, described)
    text, block = _without_block((described.text or "") if described is not None else "")
    line = block or project.notes.line("code", guid)
    own = line_text(line, "code_id")
    if own and own not in found:
        code_id = own
    elif name in known and name not in found:
        code_id = name
    else:
        code_id = identifier(name, "code", found, parent_id or "")
    was = Description(*(line_text(line, key) for key in vars(Description())))
    # What the note says, unless the description was changed since.
    noted = was != Description() and legal_text(str(was)) == text
    return Code(
        code_id=code_id,
        parent_id=parent_id or line_text(line, "parent_id") or None,
        name=exact_text(line, "name", name),
        **vars(was if noted else split_description(text)),
        codable=(element.get("isCodable") or "true").strip() not in ("false", "0"),
        color=line_text(line, "color", element.get("color") or ""),
        guid=own_guid(line, guid, "code", code_id),
        **{field: line_text(line, field) for field in CODE_FIELDS},
    )


def _without_block(text: str) -> tuple[str, Line | None]:
    head, mark, tail = ("\n\n" + text).rpartition(f"\n\n{BLOCK}")
    if not mark:
        return text, None
    lines = list(read_lines(f"\n{tail}"))
    if len(lines) != 1 or "code" not in lines[0]:
        return text, None
    return head.removeprefix("\n\n"), lines[0]


def relation_kind(name: str) -> str | None:
    """The kind of relation that a link's name means; None for any other."""
    names = meanings("relations")
    plain = " ".join(name.casefold().replace("_", " ").split()).strip(" .:")
    return names.get(plain) or names.get(name.strip())


def _links(root: etree._Element) -> Iterator[etree._Element]:
    for container in children(root, "Links"):
        yield from children(container, "Link")


def _linked(project: ProjectFile) -> frozenset[str]:
    """GUIDs at the ends of links that mean a relation."""
    return frozenset(
        read_guid(link, end)
        for link in _links(project.archive.root)
        if relation_kind(link.get("name") or "") or project.notes.line("relation", read_guid(link))
        for end in ("originGUID", "targetGUID")
    )


def _read_relations(project: ProjectFile, passages: Passages) -> tuple[Relation, ...]:
    """Links between passages whose name or note says how they hang together."""
    root, leftovers = project.archive.root, project.leftovers
    relations: dict[str, Relation] = {}
    leftovers.mark_used(*children(root, "Links"))
    coders: dict[str, str] = {}  # who first coded a passage: the format has nobody for a link
    for coding in passages.codings.values():
        coders.setdefault(coding.segment_id, coding.coder_id)
    for link in _links(root):
        name, line = link.get("name") or "", project.notes.line("relation", read_guid(link))
        kind = exact_text(line, "kind", name) if line is not None else relation_kind(name)
        origin = passages.by_guid.get(read_guid(link, "originGUID"))
        target = passages.by_guid.get(read_guid(link, "targetGUID"))
        if kind is None:
            leftovers.drop(link, f"its name says nothing of {', '.join(lexicon()['relations'])}")
            continue
        if origin is None or target is None:
            leftovers.drop(link, "it does not tie two passages that were read")
            continue
        if line is None and link.get("direction") != "OneWay" and kind not in _EITHER_WAY:
            leftovers.drop(link, f"it has no direction, without which “{kind}” says nothing")
            continue
        by = coders.get(origin) or coders.get(target) or ""
        if line is not None:
            by = line_text(line, "coder_id")
        own = line_text(line, "relation_id") or f"{origin}-{kind}-{target}-{by}"
        if own in relations:
            leftovers.drop(link, "the same tie is there already")
            continue
        leftovers.mark_used(link)
        relations[own] = Relation(own, origin, target, kind, by)
    return tuple(relations.values())


def _read_cases(project: ProjectFile, sources: tuple[CodedDocument, ...]) -> tuple[Case, ...]:
    """Cases with their documents and values."""
    documents = {
        read_guid(element): coded.document.document_id
        for coded in sources
        for element in (coded.holder, coded.holder.getparent())
        if element is not None and element.get("guid")
    }
    cases: list[Case] = []
    for container in children(project.archive.root, "Cases"):
        project.leftovers.mark_used(container)
        for element in children(container, "Case"):
            line = project.notes.line("case", read_guid(element))
            held = []
            for reference in children(element, "SourceRef"):
                document = documents.get(read_guid(reference, "targetGUID"))
                if document is not None and document not in held:
                    held.append(document)
                    project.leftovers.mark_used(reference)
            project.leftovers.mark_used(element)
            values = dict(read_values(project, element))
            name = exact_text(line, "name", element.get("name") or "")
            number = line_number(line, "number")
            cases.append(
                Case(
                    name=name,
                    documents=line_texts(line, "documents") or tuple(held),
                    variables=exact_values(line, values),
                    project_id=line_text(line, "project_id"),
                    guid=own_guid(line, read_guid(element), "case", f"{number}:{name}"),
                )
            )
    return tuple(cases)


def _read_readings(notes: PrivateNotes, passages: Passages) -> tuple[ReadDocument, ...]:
    """Readings that our own notes tell, and that each other coder saw some of a document."""
    readings: dict[tuple[str, str, int], ReadDocument] = {}
    for line in notes.readings:
        document, coder = line_text(line, "reading"), line_text(line, "coder")
        round_ = line_number(line, "round") or 1
        complete = line.get("complete") is True
        version = line_text(line, "codebook_version")
        readings[document, coder, round_] = ReadDocument(document, coder, round_, complete, version)
    for document, coder in passages.new:
        if not any(key[:2] == (document, coder) for key in readings):
            readings[document, coder, 1] = ReadDocument(document, coder, 1, complete=False)
    return tuple(readings.values())
