"""REFI-QDA projects and codebooks, read leniently: every fault listed, nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from lxml import etree

from evaltools.documents.zip_package import children, first, local_name
from evaltools.qda import model
from evaltools.qda.names import identifier, lexicon, meanings
from evaltools.qda.offsets.conventions import Convention, OffsetScale
from evaltools.qda.offsets.detection import ToolText, detect_conventions
from evaltools.qda.offsets.scoring import quote_key
from evaltools.qda.refi import model as refi
from evaltools.qda.refi.sources import (
    Archive,
    CodedDocument,
    Coders,
    ProjectFile,
    load_text,
    open_refi,
    read_sources,
    read_values,
)

_POLARITIES: Mapping[str, model.Polarity] = {one: one for one in get_args(model.Polarity)}
_CERTAINTIES: Mapping[str, model.Certainty] = {one: one for one in get_args(model.Certainty)}
_EITHER_WAY = ("rival", "counter")  # what these tie is the same from both ends


def read_refi(
    path: Path, positions: Convention | None = None, code_ids: Collection[str] = ()
) -> model.CodingSet:
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
    path: Path, positions: Convention | None = None, code_ids: Collection[str] = ()
) -> tuple[model.CodingSet, refi.Leftovers]:
    """The same, with the account of every element of the file."""
    archive = open_refi(path)
    leftovers = refi.Leftovers(archive.root)
    origin = " ".join((archive.root.get("origin") or "").split())
    if local_name(archive.root) == "CodeBook":
        project = ProjectFile(archive, refi.PrivateNotes(), leftovers, {}, origin)
        codes, _ = _read_codes(archive.root, project, code_ids)
        faults, dropped = refi.find_schema_errors(archive.root), leftovers.dropped
        return model.CodingSet(origin, codes=codes, faults=faults, dropped=dropped), leftovers
    variables = {
        (guid := refi.read_guid(variable)): variable.get("name", guid)
        for variable in _inner(archive.root, "Variables", "Variable")
    }
    project = ProjectFile(archive, _take_notes(archive, leftovers), leftovers, variables, origin)
    return _read_project(project, positions, code_ids), leftovers


def _inner(root: etree._Element, container: str, name: str) -> list[etree._Element]:
    return [one for outer in children(root, container) for one in children(outer, name)]


def _read_project(
    project: ProjectFile, stated: Convention | None, code_ids: Collection[str]
) -> model.CodingSet:
    root, notes, leftovers = project.archive.root, project.notes, project.leftovers
    leftovers.mark_used(root)
    coders = Coders(project)
    codes: tuple[model.Code, ...] = ()
    code_guids: dict[str, str] = {}
    if (codebook := first(root, "CodeBook")) is not None:
        codes, code_guids = _read_codes(codebook, project, code_ids)
    sources, assumed = read_sources(project)
    with_text = [(coded, coded.marked) for coded in sources if coded.marked is not None]
    detected = detect_conventions([text for _, text in with_text], project.archive.name, stated)
    passages = _Passages(project, code_guids, coders, _linked(project))
    for index, (coded, text) in enumerate(with_text):
        passages.read(coded, text, detected.of(index))
    relations = _read_relations(project, passages)
    cases = _read_cases(project, sources)
    # Variables of which a value was read are in the study; others stay behind.
    values = [one for one in leftovers.used if local_name(one) == "VariableRef"]
    known = {refi.read_guid(one, "targetGUID") for one in values}
    used = (one for one in _inner(root, "Variables", "Variable") if refi.read_guid(one) in known)
    leftovers.mark_used(*children(root, "Variables"), *used)
    own = notes.line("project", refi.OURS) if project.origin.startswith(refi.OURS) else refi.Line()
    # Positions were read as they were before, if this is our own file, unchanged.
    unchanged = own and not passages.new
    return model.CodingSet(
        origin=own.text("origin") if own else project.origin,
        documents=tuple(coded.document for coded in sources),
        codes=codes,
        coders=tuple(coders.coders),
        segments=tuple(passages.segments.values()),
        codings=tuple(passages.codings.values()),
        readings=_read_readings(notes, passages),
        relations=relations,
        cases=cases,
        positions=own.text("positions") if unchanged else detected.words,
        faults=(*own.texts("faults"), *refi.find_schema_errors(root)),
        dropped=(*_dropped_before(own), *leftovers.dropped),
        assumed=(*own.texts("assumed"), *assumed, *coders.assumed, *passages.assumed),
    )


def _take_notes(archive: Archive, leftovers: refi.Leftovers) -> refi.PrivateNotes:
    """Our own notes, used up with what points to them; other memos stay behind."""
    texts: dict[str, str] = {}
    leftovers.mark_used(*children(archive.root, "Notes"))
    for note in _inner(archive.root, "Notes", "Note"):
        text = load_text(archive, note).text if note.get("name", "").startswith(refi.OURS) else None
        if text is not None and refi.is_ours(text):
            texts[refi.read_guid(note)] = text
            leftovers.mark_used(note, *children(note, "PlainTextContent"))
    for element in leftovers.elements:
        if local_name(element) == "NoteRef" and refi.read_guid(element, "targetGUID") in texts:
            leftovers.mark_used(element)
    return refi.PrivateNotes(line for text in texts.values() for line in refi.read_lines(text))


def _dropped_before(own: refi.Line) -> Iterator[model.DroppedItem]:
    lines = own.get("dropped")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, list) and all(isinstance(part, str) for part in line):
            # Three parts are of a time before losses had kinds.
            *item, loss = line if len(line) == 4 else [*line, "unsupported"]
            if len(item) == 3 and loss in get_args(model.Loss):
                yield model.DroppedItem(item[0], item[1], item[2], loss)


def _read_codes(
    codebook: etree._Element, project: ProjectFile, known: Collection[str]
) -> tuple[tuple[model.Code, ...], dict[str, str]]:
    """Codes in the order of the file, parents before children, and their ids by GUID."""
    codes: dict[str, model.Code] = {}
    by_guid: dict[str, str] = {}
    project.leftovers.mark_used(codebook, *children(codebook, "Codes"))
    # A list instead of recursion, since files may be nested deeply.
    waiting: list[tuple[etree._Element, str | None]]
    waiting = [(element, None) for element in reversed(_inner(codebook, "Codes", "Code"))]
    while waiting:
        element, parent_id = waiting.pop()
        guid = refi.read_guid(element)
        if guid and guid in by_guid:
            project.leftovers.drop(element, "another code has the same GUID")
            code_id = by_guid[guid]
        else:
            code = _read_code(element, parent_id, project, codes, known)
            codes[code_id := code.code_id] = code
            by_guid.setdefault(guid, code_id)
        waiting += [(child, code_id) for child in reversed(list(children(element, "Code")))]
    return tuple(codes.values()), by_guid


def _read_code(
    element: etree._Element,
    parent_id: str | None,
    project: ProjectFile,
    found: Collection[str],
    known: Collection[str],
) -> model.Code:
    name, guid = element.get("name") or "", refi.read_guid(element)
    described = first(element, "Description")
    project.leftovers.mark_used(element, described)
    text, block = _without_block((described.text or "") if described is not None else "")
    line = block or project.notes.line("code", guid)
    own = line.text("code_id")
    if own and own not in found:
        code_id = own
    elif name in known and name not in found:
        code_id = name
    else:
        code_id = identifier(name, "code", found, parent_id or "")
    was = refi.Description(*map(line.text, refi.Description._fields))
    # What the note says, unless the description was changed since.
    noted = was != refi.Description() and refi.legal_text(str(was)) == text
    return model.Code(
        code_id=code_id,
        parent_id=parent_id or line.text("parent_id") or None,
        name=line.exact_text("name", name),
        **(was if noted else refi.split_description(text))._asdict(),
        codable=(element.get("isCodable") or "true").strip() not in ("false", "0"),
        color=line.text("color", element.get("color") or ""),
        guid=line.own_guid(guid, "code", code_id),
        **{name: line.text(name) for name in refi.CODE_FIELDS},
    )


def _without_block(text: str) -> tuple[str, refi.Line]:
    head, mark, tail = ("\n\n" + text).rpartition(f"\n\n{refi.BLOCK}")
    if not mark:
        return text, refi.Line()
    lines = list(refi.read_lines(f"\n{tail}"))
    if len(lines) != 1 or "code" not in lines[0]:
        return text, refi.Line()
    return head.removeprefix("\n\n"), lines[0]


@dataclass
class _Passages:
    """Reads the selections of documents.

    Selections that a link ties stay though no code is on them; `new` are document and coder of
    codings that no note of ours speaks of.
    """

    project: ProjectFile
    codes: Mapping[str, str]
    coders: Coders
    linked: frozenset[str]
    segments: dict[str, model.Segment] = field(default_factory=dict)
    codings: dict[str, model.Coding] = field(default_factory=dict)
    by_guid: dict[str, str] = field(default_factory=dict)
    new: dict[tuple[str, str], None] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)

    def read(self, coded: CodedDocument, marked: ToolText, convention: Convention) -> None:
        """Add the passages of a document, with this text, and the codes on them."""
        spans = OffsetScale(marked.text).spans(*marked.positions, convention)
        for index, selection in enumerate(coded.selections):
            fault = spans.faults.get(index, "")
            if not fault:
                place = int(spans.start[index]), int(spans.end[index])
                first_, past, grew = marked.form.span(*place)
                fault = "" if first_ < past else "nothing but blanks stands there"
            if fault:
                where = f"{selection.get('startPosition')} to {selection.get('endPosition')}"
                why = f"{fault} ({where}, read as {convention.name})"
                self.project.leftovers.drop(selection, why, refi.selection_loss(selection))
            else:
                self._read_selection(coded, selection, (first_, past), grew, convention)

    def _read_selection(
        self,
        coded: CodedDocument,
        selection: etree._Element,
        span: tuple[int, int],
        grew: bool,
        convention: Convention,
    ) -> None:
        guid = refi.read_guid(selection)
        parts = (selection, *coded.twins.get(guid, ()))
        line = self.project.notes.line("segment", guid)
        codings = [(coding, part) for part in parts for coding in children(part, "Coding")]
        if not codings and guid not in self.linked and not line:
            self.project.leftovers.drop(selection, "no code is on it", "uncoded")
            return
        segment = self._segment(coded, guid, span, convention.name, line)
        about = f"{coded.document.name}: “{segment.quote[:40]}”"
        self.segments.setdefault(segment.segment_id, segment)
        self.by_guid.setdefault(guid, segment.segment_id)
        self.project.leftovers.mark_used(*parts)
        if grew:
            why = "began or ended inside a letter and was widened to take all of it"
            self.assumed.append(f"{about} {why}")
        if line and line.text("proof") != quote_key(segment.quote):
            self.assumed.append(
                f"{about} ({guid}) is not the passage it was when evaltools wrote it, and counts "
                "as a new one"
            )
        for coding, part in codings:
            self._read_coding(coding, part, segment)

    def _segment(
        self, coded: CodedDocument, guid: str, span: tuple[int, int], name: str, line: refi.Line
    ) -> model.Segment:
        """The passage, as our own note has it if it is the one that the note is about."""
        document, text = coded.document, coded.document.text or ""
        place = (*span, text[slice(*span)], *model.neighbours(text, *span))
        segment = model.Segment(
            *(model.segment_id(document.document_id, *span), document.document_id, *place),
            page=coded.pages.get(guid),
            origin_tool=self.project.origin,
            origin_guid=guid,
            offset_convention=name,
        )
        if line.text("proof") != quote_key(segment.quote):
            return segment
        own = line.text("segment_id", segment.segment_id)
        is_made = guid == refi.generate_guid("segment", own)
        return replace(
            segment,
            segment_id=own,
            prefix=line.text("prefix", segment.prefix),
            suffix=line.text("suffix", segment.suffix),
            page=line.number("page"),
            section=line.text("section"),
            origin_tool=line.text("origin_tool"),
            origin_guid=line.text("origin_guid", "" if is_made else guid),
            offset_convention=line.text("offset_convention"),
        )

    def _read_coding(
        self, coding: etree._Element, selection: etree._Element, segment: model.Segment
    ) -> None:
        reference = first(coding, "CodeRef")
        code_id = reference is not None and self.codes.get(refi.read_guid(reference, "targetGUID"))
        if not code_id:
            self.project.leftovers.drop(coding, "its code is not in the codebook", "passage")
            return
        coder_id = self.coders.find_coder(coding, selection)
        line = self.project.notes.line("coding", refi.read_guid(coding))
        if line and line.text("seal") != refi.passage_seal(segment.segment_id, code_id, coder_id):
            self.assumed.append(
                f"the coding of “{segment.quote[:40]}” with {code_id} by {coder_id} is not what "
                "it was when evaltools wrote it, and counts as a new one"
            )
            line = refi.Line()
        round_ = line.number("round") or 1
        made = model.coding_id(segment.segment_id, code_id, coder_id, round_)
        result = model.Coding(
            *(line.text("coding_id") or made, segment.segment_id, code_id, coder_id),
            polarity=_POLARITIES.get(line.text("polarity"), "affirm"),
            certainty=_CERTAINTIES.get(line.text("certainty")),
            round=round_,
            created=model.parse_day(coding.get("creationDateTime")),
            consensus_of=line.text("consensus_of"),
        )
        if result.coding_id in self.codings and local_name(selection) != "PDFSelection":
            why = "this passage has the same code by the same coder already"
            self.project.leftovers.drop(coding, why, "repeated")
            return
        self.project.leftovers.mark_used(coding, reference)
        self.codings.setdefault(result.coding_id, result)
        if not line:
            self.new.setdefault((segment.document_id, coder_id))


def _relation_kind(name: str) -> str | None:
    """The kind of relation that a link's name means; None for any other."""
    names = meanings("relations")
    plain = " ".join(name.casefold().replace("_", " ").split()).strip(" .:")
    return names.get(plain) or names.get(name.strip())


def _linked(project: ProjectFile) -> frozenset[str]:
    """GUIDs at the ends of links that mean a relation."""
    return frozenset(
        refi.read_guid(link, end)
        for link in _inner(project.archive.root, "Links", "Link")
        if _relation_kind(link.get("name") or "")
        or project.notes.line("relation", refi.read_guid(link))
        for end in ("originGUID", "targetGUID")
    )


def _read_relations(project: ProjectFile, passages: _Passages) -> tuple[model.Relation, ...]:
    """Links between passages whose name or note says how they hang together."""
    root, leftovers = project.archive.root, project.leftovers
    leftovers.mark_used(*children(root, "Links"))
    relations: dict[str, model.Relation] = {}
    coders: dict[str, str] = {}  # who first coded a passage: the format has nobody for a link
    for coding in passages.codings.values():
        coders.setdefault(coding.segment_id, coding.coder_id)
    for link in _inner(root, "Links", "Link"):
        name, line = link.get("name") or "", project.notes.line("relation", refi.read_guid(link))
        kind = line.exact_text("kind", name) if line else _relation_kind(name)
        origin = passages.by_guid.get(refi.read_guid(link, "originGUID"))
        target = passages.by_guid.get(refi.read_guid(link, "targetGUID"))
        if kind is None:
            leftovers.drop(link, f"its name says nothing of {', '.join(lexicon()['relations'])}")
            continue
        if origin is None or target is None:
            leftovers.drop(link, "it does not tie two passages that were read")
            continue
        if not line and link.get("direction") != "OneWay" and kind not in _EITHER_WAY:
            leftovers.drop(link, f"it has no direction, without which “{kind}” says nothing")
            continue
        by = line.text("coder_id") if line else coders.get(origin) or coders.get(target) or ""
        own = line.text("relation_id") or f"{origin}-{kind}-{target}-{by}"
        if own in relations:
            leftovers.drop(link, "the same tie is there already")
            continue
        leftovers.mark_used(link)
        relations[own] = model.Relation(own, origin, target, kind, by)
    return tuple(relations.values())


def _read_cases(project: ProjectFile, sources: tuple[CodedDocument, ...]) -> tuple[model.Case, ...]:
    """Cases with their documents and values."""
    documents = {
        refi.read_guid(element): coded.document.document_id
        for coded in sources
        for element in (coded.holder, coded.holder.getparent())
        if element is not None and element.get("guid")
    }
    cases: list[model.Case] = []
    project.leftovers.mark_used(*children(project.archive.root, "Cases"))
    for element in _inner(project.archive.root, "Cases", "Case"):
        guid = refi.read_guid(element)
        line = project.notes.line("case", guid)
        held = []
        for reference in children(element, "SourceRef"):
            document = documents.get(refi.read_guid(reference, "targetGUID"))
            if document is not None and document not in held:
                held.append(document)
                project.leftovers.mark_used(reference)
        project.leftovers.mark_used(element)
        name = line.exact_text("name", element.get("name") or "")
        cases.append(
            model.Case(
                name=name,
                documents=line.texts("documents") or tuple(held),
                variables=line.exact_values(dict(read_values(project, element))),
                project_id=line.text("project_id"),
                guid=line.own_guid(guid, "case", f"{line.number('number')}:{name}"),
            )
        )
    return tuple(cases)


def _read_readings(notes: refi.PrivateNotes, passages: _Passages) -> tuple[model.ReadDocument, ...]:
    """Readings that our own notes tell, and that each other coder saw some of a document."""
    readings: dict[tuple[str, str, int], model.ReadDocument] = {}
    for line in notes.readings:
        key = (line.text("reading"), line.text("coder"), line.number("round") or 1)
        complete, version = line.get("complete") is True, line.text("codebook_version")
        readings[key] = model.ReadDocument(*key, complete, version)
    for document, coder in passages.new:
        if not any(key[:2] == (document, coder) for key in readings):
            readings[document, coder, 1] = model.ReadDocument(document, coder, 1, False)
    return tuple(readings.values())
