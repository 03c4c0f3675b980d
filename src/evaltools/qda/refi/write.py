"""REFI-QDA projects and codebooks, written strictly: valid, and the same bytes each time."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from lxml import etree

from evaltools.files import replace_file
from evaltools.problems import Problem, refuse
from evaltools.qda import model
from evaltools.qda.names import first_free
from evaltools.qda.offsets.scoring import quote_key
from evaltools.qda.placement import digest
from evaltools.qda.refi import model as refi

PROJECT_NAME = "evaltools coding"
SHOWN = 100  # characters of a quote that a selection's name holds, as tools do
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that zip knows: files must not depend on the clock


def write_qdpx(codings: model.CodingSet, path: Path) -> None:
    """Write a coding as a REFI-QDA project.

    Positions are code points from 0 of UTF-8 texts with LF and without a byte order mark, the
    end one past the last character. What the format has no place for goes into notes, so that
    reading the file again gives `arranged(codings)`.

    Raises ProblemError with everything that keeps it from being written, such as a quote that
    is not what stands in the text.
    """
    refuse(find_writing_problems(codings))
    project = _Project(arrange_coding(codings))
    root = project.build()
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        _add(package, "project.qde", _serialise(root))
        for name in sorted(project.texts):
            _add(package, f"sources/{name}", project.texts[name].encode())
    replace_file(path, buffer.getvalue())


def write_qdc(codings: model.CodingSet, path: Path) -> None:
    """Write the codes of a coding as a REFI-QDA codebook.

    Raises ProblemError where there is no code, since the format has no empty codebook.
    """
    codes = model.CodingSet(codes=codings.codes)
    refuse(find_writing_problems(codes))
    if not codings.codes:
        raise model.refusal(path.name, "there is no code to write", code="exchange.unwritable")
    project = _Project(arrange_coding(codes))
    project.assign_own_guids()
    root = _root("CodeBook")
    root.set("origin", refi.OURS)
    project.add_codes(_child(root, "Codes"), block=True)
    replace_file(path, _serialise(root))


def arrange_coding(codings: model.CodingSet) -> model.CodingSet:
    """A coding in the order in which a file shows it: codes below their parents, passages in their
    documents by position, codings at their passages."""
    place = {document.document_id: i for i, document in enumerate(codings.documents)}
    segments = sorted(
        codings.segments,
        key=lambda s: (place.get(s.document_id, -1), s.start, s.end, s.segment_id),
    )
    at = {segment.segment_id: i for i, segment in enumerate(segments)}
    return replace(
        codings,
        codes=tuple(_nested(codings.codes)),
        segments=tuple(segments),
        codings=tuple(sorted(codings.codings, key=lambda c: at.get(c.segment_id, -1))),
    )


def _nested(codes: tuple[model.Code, ...]) -> Iterator[model.Code]:
    known = {code.code_id for code in codes}
    below: dict[str | None, list[model.Code]] = {}
    for code in codes:
        parent = code.parent_id if code.parent_id in known else None
        below.setdefault(parent, []).append(code)
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        code = waiting.pop()
        yield code
        waiting += reversed(below.get(code.code_id, []))


def find_writing_problems(codings: model.CodingSet) -> Iterator[Problem]:
    """Everything that keeps a coding from being written."""
    known: dict[str, Counter[str]] = {}
    for kind in ("document", "code", "coder", "segment", "coding", "relation"):
        rows = getattr(codings, f"{kind}s")
        known[kind] = Counter(getattr(row, f"{kind}_id") for row in rows)
        for name, count in known[kind].items():
            yield from [_problem(f"{kind}s", f"{name!r} is there twice")] * (count - 1)
    if len(list(_nested(codings.codes))) != len(codings.codes):
        yield _problem("codes", "some codes are their own parents, over one or more others")
    yield from _wrong_passages(codings)
    references = [
        (f"codings, {one.coding_id}", kind, getattr(one, f"{kind}_id"))
        for one in codings.codings
        for kind in ("segment", "code", "coder")
    ]
    references += [
        (f"relations, {one.relation_id}", "segment", name)
        for one in codings.relations
        for name in (one.from_segment_id, one.to_segment_id)
    ]
    for where, kind, name in references:
        if name not in known[kind]:
            yield _problem(where, f"there is no {kind} {name!r}")


def _wrong_passages(codings: model.CodingSet) -> Iterator[Problem]:
    texts = {document.document_id: document.text for document in codings.documents}
    for segment in codings.segments:
        where = f"segments, {segment.segment_id}"
        text = texts.get(segment.document_id)
        if text is None:
            yield _problem(where, f"the text of its document {segment.document_id!r} is missing")
        elif not 0 <= segment.start < segment.end <= len(text):
            yield _problem(where, f"{segment.start} to {segment.end} is no passage of its document")
        elif text[segment.start : segment.end] != segment.quote:
            yield _problem(where, "its quote is not what stands there")
    for document in codings.documents:
        where, text = f"documents, {document.document_id}", document.text or ""
        if "\r" in text:
            yield _problem(where, "its text is not normalised")
        elif re.search("[\ud800-\udfff]", text):
            yield _problem(where, "its text is no Unicode")


def _problem(where: str, what: str) -> Problem:
    remedy = "Run `evaltools check`, and correct the tables that the coding comes from."
    return Problem(where, what, "", remedy, "exchange.unwritable")


def _serialise(root: etree._Element) -> bytes:
    errors = refi.find_schema_errors(root)
    if errors:  # a mistake of ours: nobody should get such a file
        raise AssertionError(f"not valid against the schema: {errors}")
    etree.indent(root, space=" ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(package: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    package.writestr(info, data, compresslevel=6)


def _root(kind: str) -> etree._Element:
    return etree.Element(f"{{{refi.NAMESPACES[kind]}}}{kind}", nsmap={None: refi.NAMESPACES[kind]})


def _child(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    """A new element in the namespace of its parent."""
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{tag}")
    for key, value in attributes.items():
        element.set(key, refi.legal_text(value))
    return element


def _given_values(variables: Mapping[str, str]) -> list[list[str]]:
    """Values as they are, where XML or reading would change them."""
    if refi.legal_values(variables) == variables:
        return []
    return [[name, value] for name, value in variables.items()]


class _Project:
    """The XML of a coding in arranged order, in the order that the schema wants, and its texts
    by file name."""

    def __init__(self, codings: model.CodingSet) -> None:
        self.codings = codings
        self.texts: dict[str, str] = {}
        self._guids: dict[tuple[str, str], str] = {}
        self._given: set[str] = set()
        self._notes: dict[str, str] = {}

    def assign_guid(self, kind: str, identifier: str, own: str = "") -> str:
        """GUID of something: its own if it is one and free, else made of kind and identifier."""
        key = (kind, identifier)
        if key not in self._guids:
            guid = own
            if not _GUID.fullmatch(own) or own in self._given:
                guid = refi.generate_guid(kind, identifier)
            guid = first_free(
                guid, self._given, lambda count: refi.generate_guid(kind, f"{identifier}#{count}")
            )
            self._given.add(guid)
            self._guids[key] = guid
        return self._guids[key]

    def build(self) -> etree._Element:
        """The `Project` element."""
        codings = self.codings
        self.assign_own_guids()
        root = _root("Project")
        root.set("name", PROJECT_NAME)
        root.set("origin", refi.OURS)
        dropped = [[d.where, d.what, d.why, d.loss] for d in codings.dropped]
        lines = [
            refi.Line.about(
                *("project", refi.OURS),
                origin=codings.origin,
                positions=codings.positions,
                faults=list(codings.faults),
                dropped=dropped,
                assumed=list(codings.assumed),
            )
        ]
        if codings.coders:
            users = _child(root, "Users")
            lines += [self._user(users, coder) for coder in codings.coders]
        if codings.codes:
            lines += self.add_codes(_child(_child(root, "CodeBook"), "Codes"))
        self._variables(root)
        if codings.cases:
            cases = _child(root, "Cases")
            lines += [self._case(cases, i, case) for i, case in enumerate(codings.cases)]
        if codings.documents:
            self._sources(_child(root, "Sources"))
        for reading in codings.readings:
            line = refi.Line(
                reading=reading.document_id, coder=reading.coder_id, round=reading.round
            )
            line |= {"complete": reading.complete, "codebook_version": reading.codebook_version}
            lines.append(line)
        links = []
        for relation in codings.relations:
            guid = self.assign_guid("relation", relation.relation_id)
            about = {"relation_id": relation.relation_id, "coder_id": relation.coder_id}
            lines.append(refi.Line.about("relation", guid, **about, kind=relation.kind))
            ends = {
                "originGUID": self.assign_guid("segment", relation.from_segment_id),
                "targetGUID": self.assign_guid("segment", relation.to_segment_id),
            }
            links.append({"guid": guid, "name": relation.kind, "direction": "OneWay"} | ends)
        self._note("project", lines)
        notes = _child(root, "Notes")
        for guid, text in self._notes.items():
            note = _child(notes, "Note", guid=guid, name=refi.NOTE_NAME)
            _child(note, "PlainTextContent").text = text
        if links:
            container = _child(root, "Links")
            for link in links:
                _child(container, "Link", **link)
        _child(root, "NoteRef", targetGUID=self.assign_guid("note", "project"))
        return root

    def _note(self, name: str, lines: list[refi.Line]) -> str:
        """Keep a note; returns its GUID."""
        guid = self.assign_guid("note", name)
        self._notes[guid] = refi.write_lines(lines)
        return guid

    def assign_own_guids(self) -> None:
        """GUIDs that tools gave come first, so that none that is made takes one of them."""
        found = [("coder", one.coder_id, one.guid) for one in self.codings.coders]
        found += [("code", one.code_id, one.guid) for one in self.codings.codes]
        found += [("document", one.document_id, one.guid) for one in self.codings.documents]
        found += [("segment", one.segment_id, one.origin_guid) for one in self.codings.segments]
        found += [("case", f"{i}:{c.name}", c.guid) for i, c in enumerate(self.codings.cases)]
        for kind, identifier, own in sorted(found, key=lambda item: not item[2]):
            self.assign_guid(kind, identifier, own)

    def _user(self, users: etree._Element, coder: model.Coder) -> refi.Line:
        guid = self.assign_guid("coder", coder.coder_id)
        _child(users, "User", guid=guid, name=coder.pseudonym, id=coder.coder_id)
        return refi.Line.about(
            *("coder", guid),
            coder_id=coder.coder_id,
            role="" if coder.role == "coder" else coder.role,
            trained_on=coder.trained_on.isoformat() if coder.trained_on else "",
            pseudonym=refi.altered(coder.pseudonym),
            guid="" if coder.guid == guid else coder.guid,
        )

    def add_codes(self, container: etree._Element, *, block: bool = False) -> list[refi.Line]:
        """Put the codes below one another; returns the lines about what they cannot hold, which
        in a block go into the descriptions, where there are no notes."""
        elements: dict[str, etree._Element] = {}
        lines: list[refi.Line] = []
        for code in self.codings.codes:
            parent = elements.get(code.parent_id or "", container)
            guid = self.assign_guid("code", code.code_id)
            codable = "true" if code.codable else "false"
            element = _child(parent, "Code", guid=guid, name=code.name, isCodable=codable)
            elements[code.code_id] = element
            line = _code_line(code, guid, nested=parent is not container)
            if refi.COLOR.fullmatch(code.color):
                element.set("color", code.color)
            lines.append(line)
            description = str(refi.Description(code.definition, code.include, code.exclude))
            if block:
                written = refi.write_lines([line]).partition("\n")[2]
                # Nothing is taken off a definition that begins with empty lines.
                description = "\n\n".join(filter(None, [description, f"{refi.BLOCK}{written}"]))
            if description:
                _child(element, "Description").text = refi.legal_text(description)
        return lines

    def _variables(self, root: etree._Element) -> None:
        held = [case.variables for case in self.codings.cases]
        held += [document.variables for document in self.codings.documents]
        names = dict.fromkeys(name for variables in held for name in refi.legal_values(variables))
        if names:
            container = _child(root, "Variables")
            for name in names:
                guid = self.assign_guid("variable", name)
                _child(container, "Variable", guid=guid, name=name, typeOfVariable="Text")

    def _values(self, element: etree._Element, variables: Mapping[str, str]) -> None:
        for name, value in refi.legal_values(variables).items():
            holder = _child(element, "VariableValue")
            _child(holder, "VariableRef", targetGUID=self.assign_guid("variable", name))
            _child(holder, "TextValue").text = value

    def _case(self, cases: etree._Element, index: int, case: model.Case) -> refi.Line:
        guid = self.assign_guid("case", f"{index}:{case.name}")
        element = _child(cases, "Case", guid=guid, name=case.name)
        self._values(element, case.variables)
        known = {document.document_id for document in self.codings.documents}
        held = [name for name in dict.fromkeys(case.documents) if name in known]
        for name in held:
            _child(element, "SourceRef", targetGUID=self.assign_guid("document", name))
        return refi.Line.about(
            *("case", guid),
            number=index,
            project_id=case.project_id,
            documents=[] if held == list(case.documents) else list(case.documents),
            name=refi.altered(case.name),
            variables=_given_values(case.variables),
            guid="" if case.guid == guid else case.guid,
        )

    def _sources(self, sources: etree._Element) -> None:
        """Documents with their passages and codes, each with a note of what has no place."""
        segments: dict[str, list[model.Segment]] = {}
        for segment in self.codings.segments:
            segments.setdefault(segment.document_id, []).append(segment)
        codings: dict[str, list[model.Coding]] = {}
        for coding in self.codings.codings:
            codings.setdefault(coding.segment_id, []).append(coding)
        for document in self.codings.documents:
            guid = self.assign_guid("document", document.document_id)
            element = _child(sources, "TextSource", guid=guid, name=document.name)
            lines = [self._document_line(element, document, guid)]
            for segment in segments.get(document.document_id, []):
                lines.append(self._selection(element, segment, document.text or ""))
                lines += [
                    self._coding(element[-1], segment, coding)
                    for coding in codings.get(segment.segment_id, [])
                ]
            note = self._note(f"document {document.document_id}", lines)
            _child(element, "NoteRef", targetGUID=note)
            self._values(element, document.variables)

    def _document_line(
        self, element: etree._Element, document: model.Document, guid: str
    ) -> refi.Line:
        sha256 = ""
        if document.text is not None:
            element.set("plainTextPath", f"internal://{guid}.txt")
            self.texts[f"{guid}.txt"] = document.text
            sha256 = digest(document.text)
        line = refi.Line.about(
            *("document", guid),
            document_id=document.document_id,
            sha256=sha256,
            name=refi.altered(document.name),
            variables=_given_values(document.variables),
            guid="" if document.guid == guid else document.guid,
        )
        if document.text_sha256 != sha256:
            line["text_sha256"] = document.text_sha256
        return line

    def _selection(self, source: etree._Element, segment: model.Segment, text: str) -> refi.Line:
        guid = self.assign_guid("segment", segment.segment_id)
        ends = {"startPosition": str(segment.start), "endPosition": str(segment.end)}
        name = refi.shorten(segment.quote, SHOWN)
        _child(source, "PlainTextSelection", guid=guid, name=name, **ends)
        line = refi.Line.about(
            *("segment", guid),
            segment_id=segment.segment_id,
            proof=quote_key(segment.quote),
            page=segment.page,
            section=segment.section,
            origin_tool=segment.origin_tool,
            offset_convention=segment.offset_convention,
        )
        prefix, suffix = model.neighbours(text, segment.start, segment.end)
        if segment.prefix != prefix:
            line["prefix"] = segment.prefix
        if segment.suffix != suffix:
            line["suffix"] = segment.suffix
        if segment.origin_guid and segment.origin_guid != guid:
            line["origin_guid"] = segment.origin_guid
        return line

    def _coding(
        self, selection: etree._Element, segment: model.Segment, coding: model.Coding
    ) -> refi.Line:
        guid = self.assign_guid("coding", coding.coding_id)
        user = self.assign_guid("coder", coding.coder_id)
        element = _child(selection, "Coding", guid=guid, creatingUser=user)
        if coding.created is not None:
            element.set("creationDateTime", f"{coding.created.isoformat()}T00:00:00Z")
        _child(element, "CodeRef", targetGUID=self.assign_guid("code", coding.code_id))
        return refi.Line.about(
            *("coding", guid),
            coding_id=coding.coding_id,
            seal=refi.passage_seal(segment.segment_id, coding.code_id, coding.coder_id),
            polarity="" if coding.polarity == "affirm" else coding.polarity,
            certainty=coding.certainty,
            round=coding.round,
            consensus_of=coding.consensus_of,
        )


def _code_line(code: model.Code, guid: str, *, nested: bool) -> refi.Line:
    """What the format has no place for in a code, whose parent it shows where it is nested."""
    parts = refi.Description(code.definition, code.include, code.exclude)
    kept = refi.split_description(refi.legal_text(str(parts))) == parts
    return refi.Line.about(
        *("code", guid),
        code_id=code.code_id,
        **{name: getattr(code, name) for name in refi.CODE_FIELDS},
        **({} if kept else parts._asdict()),
        name=refi.altered(code.name),
        parent_id="" if nested else code.parent_id,
        color="" if refi.COLOR.fullmatch(code.color) else code.color,
        guid="" if code.guid == guid else code.guid,
    )
