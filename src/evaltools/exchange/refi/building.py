"""The XML of a coding, in the order that the schema wants."""

from __future__ import annotations

from lxml import etree

from evaltools.exchange.record import Case, Code, Coder, CodingSet
from evaltools.exchange.refi.building_sources import add_sources
from evaltools.exchange.refi.codebook import BLOCK, COLOR, Described, describe, line_of
from evaltools.exchange.refi.frame import (
    Build,
    add_values,
    child,
    exact_values,
    own_guid,
    writable,
)
from evaltools.exchange.refi.notes import NAME, Line, legal, without_defaults, write_lines
from evaltools.exchange.refi.reading import OURS
from evaltools.exchange.refi.schema import NAMESPACES

PROJECT_NAME = "evaltools coding"


def build_project(codings: CodingSet) -> tuple[etree._Element, dict[str, str]]:
    """The `Project` element of a coding in arranged order, and its sources by file name."""
    build = Build(codings)
    _register_own(build)
    namespace = NAMESPACES["Project"]
    root = etree.Element(f"{{{namespace}}}Project", nsmap={None: namespace})
    root.set("name", PROJECT_NAME)
    root.set("origin", OURS)
    lines: list[Line] = [_project_line(codings)]
    if codings.coders:
        users = child(root, "Users")
        lines += [_user(build, users, coder) for coder in codings.coders]
    if codings.codes:
        book = child(root, "CodeBook")
        lines += _codes(build, child(book, "Codes"), codings.codes)
    _variables(build, root)
    if codings.cases:
        cases = child(root, "Cases")
        lines += [_case(build, cases, i, case) for i, case in enumerate(codings.cases)]
    if codings.documents:
        sources = child(root, "Sources")
        add_sources(build, sources)
    for reading in codings.readings:
        line = {"reading": reading.document_id, "coder": reading.coder_id, "round": reading.round}
        version = {"codebook_version": reading.codebook_version}
        lines.append(line | {"complete": reading.complete} | version)
    lines += [
        without_defaults(
            {
                "relation": build.give("relation", relation.relation_id),
                "relation_id": relation.relation_id,
                "coder_id": relation.coder_id,
                "kind": relation.kind,
            }
        )
        for relation in codings.relations
    ]
    build.note("project", lines)
    _notes(build, root)
    _links(build, root)
    child(root, "NoteRef", targetGUID=build.give("note", "project"))
    return root, build.texts


def _register_own(build: Build) -> None:
    """GUIDs that tools gave come first, so that none that is made takes one of them."""
    made: list[tuple[str, str, str]] = []
    for kind, found in (
        ("coder", [(c.coder_id, c.guid) for c in build.codings.coders]),
        ("code", [(c.code_id, c.guid) for c in build.codings.codes]),
        ("document", [(d.document_id, d.guid) for d in build.codings.documents]),
        ("segment", [(s.segment_id, s.origin_guid) for s in build.codings.segments]),
        ("case", [(f"{i}:{c.name}", c.guid) for i, c in enumerate(build.codings.cases)]),
    ):
        for identifier, own in found:
            if own:
                build.give(kind, identifier, own)
            else:
                made.append((kind, identifier, own))
    for kind, identifier, own in made:
        build.give(kind, identifier, own)


def _project_line(codings: CodingSet) -> Line:
    return without_defaults(
        {
            "project": OURS,
            "origin": codings.origin,
            "positions": codings.positions,
            "faults": list(codings.faults),
            "dropped": [[d.where, d.what, d.why, d.loss] for d in codings.dropped],
            "assumed": list(codings.assumed),
        }
    )


def _user(build: Build, users: etree._Element, coder: Coder) -> Line:
    guid = build.give("coder", coder.coder_id)
    child(users, "User", guid=guid, name=coder.pseudonym, id=coder.coder_id)
    line = {
        "coder": guid,
        "coder_id": coder.coder_id,
        "role": "" if coder.role == "coder" else coder.role,
        "trained_on": coder.trained_on.isoformat() if coder.trained_on else "",
    }
    if legal(coder.pseudonym) != coder.pseudonym:
        line["pseudonym"] = coder.pseudonym
    return without_defaults(line) | own_guid(coder.guid, guid)


def _codes(build: Build, container: etree._Element, codes: tuple[Code, ...]) -> list[Line]:
    elements: dict[str, etree._Element] = {}
    lines: list[Line] = []
    for code in codes:
        element, line = code_element(build, elements.get(code.parent_id or "", container), code)
        elements[code.code_id] = element
        lines.append(without_defaults(line))
    return lines


def code_element(
    build: Build, parent: etree._Element, code: Code, block: bool = False
) -> tuple[etree._Element, dict[str, object]]:
    """A `Code` below its parent, and the line about what it cannot hold.

    Arguments:
        block: whether the line goes into the description, since there are no notes.
    """
    guid = build.give("code", code.code_id)
    codable = "true" if code.codable else "false"
    element = child(parent, "Code", guid=guid, name=code.name, isCodable=codable)
    if COLOR.fullmatch(code.color):
        element.set("color", code.color)
    line = line_of(code, guid, etree.QName(parent).localname == "Code")
    description = describe(Described(code.definition, code.include, code.exclude))
    if block:
        written = write_lines([without_defaults(line)]).partition("\n")[2]
        description = f"{description}\n\n{BLOCK}{written}".removeprefix("\n\n")
    if description:
        child(element, "Description").text = legal(description)
    return element, line


def _variables(build: Build, root: etree._Element) -> None:
    held = [case.variables for case in build.codings.cases]
    held += [document.variables for document in build.codings.documents]
    names = dict.fromkeys(name for variables in held for name in writable(variables))
    if names:
        container = child(root, "Variables")
        for name in names:
            guid = build.give("variable", name)
            child(container, "Variable", guid=guid, name=name, typeOfVariable="Text")


def _case(build: Build, cases: etree._Element, index: int, case: Case) -> Line:
    guid = build.give("case", f"{index}:{case.name}")
    element = child(cases, "Case", guid=guid, name=case.name)
    add_values(build, element, case.variables)
    known = {document.document_id for document in build.codings.documents}
    held = [name for name in dict.fromkeys(case.documents) if name in known]
    for name in held:
        child(element, "SourceRef", targetGUID=build.give("document", name))
    line: dict[str, object] = {"case": guid, "number": index, "project_id": case.project_id}
    if held != list(case.documents):
        line["documents"] = list(case.documents)
    if legal(case.name) != case.name:
        line["name"] = case.name
    return without_defaults(line | exact_values(case.variables)) | own_guid(case.guid, guid)


def _notes(build: Build, root: etree._Element) -> None:
    container = child(root, "Notes")
    for guid, text in build.notes.items():
        note = child(container, "Note", guid=guid, name=NAME)
        child(note, "PlainTextContent").text = text


def _links(build: Build, root: etree._Element) -> None:
    if not build.codings.relations:
        return
    container = child(root, "Links")
    for relation in build.codings.relations:
        child(
            container,
            "Link",
            guid=build.give("relation", relation.relation_id),
            name=relation.kind,
            direction="OneWay",
            originGUID=build.give("segment", relation.from_segment_id),
            targetGUID=build.give("segment", relation.to_segment_id),
        )


def build_codebook(codings: CodingSet) -> etree._Element:
    """The `CodeBook` element of the codes of a coding in arranged order."""
    namespace = NAMESPACES["CodeBook"]
    root = etree.Element(f"{{{namespace}}}CodeBook", nsmap={None: namespace})
    root.set("origin", OURS)
    build = Build(codings)
    for code in codings.codes:
        build.give("code", code.code_id, code.guid)
    container = child(root, "Codes")
    elements: dict[str, etree._Element] = {}
    for code in codings.codes:
        parent = elements.get(code.parent_id or "", container)
        elements[code.code_id], _ = code_element(build, parent, code, block=True)
    return root
