"""Documents of a REFI-QDA project: their texts, and the selections in them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from evaltools.documents.zip_package import children, first, local_name
from evaltools.problems import ProblemError
from evaltools.qda.model import Document
from evaltools.qda.names import SUFFIXES, identifier
from evaltools.qda.offsets.detection import ToolPassage, ToolText
from evaltools.qda.refi.archive import LARGEST_TEXT, Archive, file_name
from evaltools.qda.refi.model import (
    Leftovers,
    PrivateNotes,
    exact_text,
    exact_values,
    line_text,
    own_guid,
    read_guid,
    selection_loss,
)

_NO_PLACE = "a code on a whole document shows no passage that a finding could rest on"


@dataclass(frozen=True)
class ProjectFile:
    """A project that is read.

    Arguments:
        notes: our own, of an earlier export.
        leftovers: takes account of all elements.
        variables: names of its variables by GUID.
        origin: tool that wrote it.
    """

    archive: Archive
    notes: PrivateNotes
    leftovers: Leftovers
    variables: Mapping[str, str]
    origin: str


@dataclass(frozen=True)
class LoadedText:
    """The text of a source.

    Arguments:
        text: as the file has it, without a byte order mark; None where there is none.
        bom: whether a mark stood before it.
        sha256: of its bytes.
        remark: why there is none, or whence it was taken if not from where the project says.
    """

    text: str | None
    bom: bool = False
    sha256: str = ""
    remark: str = ""


@dataclass(frozen=True)
class CodedDocument:
    """A document and what the file marks in it.

    Arguments:
        document: as the study will have it.
        holder: the element with the text selections, `TextSource` or `Representation`.
        selections: those whose positions are whole numbers.
        marked: text and positions as the file has them; None without a text.
        pages: page from 1 of selections that a PDF shows too, by GUID.
        twins: PDF selections by GUID of the text selection that they repeat.
    """

    document: Document
    holder: etree._Element
    selections: tuple[etree._Element, ...]
    marked: ToolText | None
    pages: Mapping[str, int]
    twins: Mapping[str, tuple[etree._Element, ...]]


def load_text(archive: Archive, source: etree._Element) -> LoadedText:
    """The text of a `TextSource`, `Representation` or `Note`: from the package, from the XML, or
    from the rich text beside."""
    path = source.get("plainTextPath") or ""
    remark = ""
    if path:
        member = archive.find(path)
        if member is not None:
            outside = not path.lower().startswith("internal:")
            remark = f"its text was taken from {member} in the file and not from {path}"
            return _decode(archive, member, remark if outside else "")
        remark = f"its text {file_name(path)} is not in the file"
    content = first(source, "PlainTextContent")
    if content is not None:
        text = content.text or ""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return LoadedText(text.removeprefix("\ufeff"), text.startswith("\ufeff"), digest)
    guid = read_guid(source)
    member = archive.find(f"{guid}.txt") if guid else None
    if member is not None:
        found = f"its text was taken from {member} in the file, by its GUID"
        return _decode(archive, member, found)
    rich = source.get("richTextPath") or ""
    member = archive.find(rich) if rich else None
    if member is not None and member.casefold().endswith(".docx"):
        return _read_docx(archive, member)
    return LoadedText(None, remark=remark or "the file holds no text of it")


def _decode(archive: Archive, member: str, remark: str) -> LoadedText:
    if archive.size(member) > LARGEST_TEXT:
        large = f"its text {member} is larger than {LARGEST_TEXT // 10**6} MB"
        return LoadedText(None, remark=large)
    data = archive.read(member)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return LoadedText(None, remark=f"its text {member} is neither UTF-8 nor UTF-16")
    bom = encoding == "utf-16" or text.startswith("\ufeff")
    return LoadedText(text.removeprefix("\ufeff"), bom, hashlib.sha256(data).hexdigest(), remark)


def _read_docx(archive: Archive, member: str) -> LoadedText:
    from evaltools.documents import read_document  # starts a process, which few files need

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.docx"
        path.write_bytes(archive.read(member))
        try:
            text = read_document(path).text
        except ProblemError as error:
            return LoadedText(None, remark=f"its text {member}: {error.problems[0].what}")
    return LoadedText(text, remark=f"its text was taken from the rich text {member}")


def read_sources(project: ProjectFile) -> tuple[tuple[CodedDocument, ...], tuple[str, ...]]:
    """All documents, and what was assumed about them."""
    documents: list[CodedDocument] = []
    assumed: list[str] = []
    taken: set[str] = set()
    for container in children(project.archive.root, "Sources"):
        project.leftovers.mark_used(container)
        for source in container:
            if local_name(source) not in ("TextSource", "PDFSource"):
                continue
            holder = (
                source if local_name(source) == "TextSource" else first(source, "Representation")
            )
            if holder is None:
                project.leftovers.drop(source, "it is a PDF without text in the file")
                continue
            loaded = load_text(project.archive, holder)
            coded = _read_source(project, source, holder, loaded, taken)
            taken.add(coded.document.document_id)
            ours = project.notes.line("document", read_guid(source))
            meant = ours is not None and loaded.text is None and not line_text(ours, "sha256")
            if loaded.remark and not meant:
                assumed.append(f"{coded.document.name}: {loaded.remark}")
            documents.append(coded)
    return tuple(documents), tuple(assumed)


def _read_source(
    project: ProjectFile,
    source: etree._Element,
    holder: etree._Element,
    loaded: LoadedText,
    taken: set[str],
) -> CodedDocument:
    guid = read_guid(source)
    line = project.notes.line("document", guid)
    is_own_text = bool(loaded.sha256) and line_text(line, "sha256") == loaded.sha256
    text = loaded.text
    if is_own_text and loaded.bom:  # ours began with a mark, which is part of the text then
        text = f"\ufeff{text}"
    project.leftovers.mark_used(source, holder)
    if text is not None:
        project.leftovers.mark_used(first(holder, "PlainTextContent"))
    for outer in (source, holder):
        for coding in children(outer, "Coding"):
            project.leftovers.drop(coding, _NO_PLACE)
    name = exact_text(line, "name", source.get("name") or holder.get("name") or "")
    document_id = line_text(line, "document_id")
    if not document_id or document_id in taken:
        stem = name.rsplit(".", 1)[0] if name.lower().endswith(SUFFIXES) else name
        document_id = identifier(stem, "document", taken)
    selections = tuple(_selections(holder, project.leftovers, loaded))
    marked = None
    if text is not None:
        marks = tuple(_mark(selection, project.notes) for selection in selections)
        marked = ToolText(name or document_id, text, marks, is_own_text)
    form = None if marked is None else marked.form.text
    digest = hashlib.sha256(form.encode()).hexdigest() if form is not None else ""
    document = Document(
        document_id=document_id,
        name=name,
        text=form,
        text_sha256=line_text(line, "text_sha256", digest),
        guid=own_guid(line, guid, "document", document_id),
        variables=exact_values(line, dict(read_values(project, source))),
    )
    pages, twins = _pages(source, {read_guid(selection) for selection in selections})
    return CodedDocument(document, holder, selections, marked, pages, twins)


def _selections(
    holder: etree._Element, leftovers: Leftovers, loaded: LoadedText
) -> Iterator[etree._Element]:
    for selection in children(holder, "PlainTextSelection"):
        if loaded.text is None:
            why = f"it cannot be placed: {loaded.remark}"
            leftovers.drop(selection, why, selection_loss(selection))
        elif None in (_integer(selection, "startPosition"), _integer(selection, "endPosition")):
            leftovers.drop(
                selection, "its positions are no whole numbers", selection_loss(selection)
            )
        else:
            yield selection


def _integer(selection: etree._Element, name: str) -> int | None:
    try:
        value = int((selection.get(name) or "").strip())
    except ValueError:
        return None
    return value if abs(value) < 2**40 else None


def _mark(selection: etree._Element, notes: PrivateNotes) -> ToolPassage:
    guid, name = read_guid(selection), selection.get("name") or ""
    described = first(selection, "Description")
    description = (described.text or "") if described is not None else ""
    start, end = _integer(selection, "startPosition"), _integer(selection, "endPosition")
    assert start is not None
    assert end is not None
    proof = line_text(notes.line("segment", guid), "proof")
    hints = tuple(text for text in (name, description) if text.strip())
    return ToolPassage(f"{name[:40] or 'passage'} ({guid})", start, end, hints, proof)


def _pages(
    source: etree._Element, guids: set[str]
) -> tuple[dict[str, int], dict[str, tuple[etree._Element, ...]]]:
    """Pages, which the format counts from 0, and the selections on them, by GUID."""
    pages: dict[str, int] = {}
    twins: dict[str, tuple[etree._Element, ...]] = {}
    for selection in children(source, "PDFSelection"):
        guid, page = read_guid(selection), _integer(selection, "page")
        if guid not in guids:
            continue
        twins[guid] = (*twins.get(guid, ()), selection)
        if page is not None and page >= 0:
            pages[guid] = min(page + 1, pages.get(guid, page + 1))
    return pages, twins


def read_variables(root: etree._Element) -> dict[str, str]:
    """Names of variables by GUID."""
    return {
        (guid := read_guid(variable)): variable.get("name", guid)
        for container in children(root, "Variables")
        for variable in children(container, "Variable")
    }


def read_values(project: ProjectFile, element: etree._Element) -> Iterator[tuple[str, str]]:
    """Values of variables on a case or source, as text by name."""
    seen: set[str] = set()
    for value in children(element, "VariableValue"):
        reference = first(value, "VariableRef")
        content = next((c for c in value if local_name(c).endswith("Value")), None)
        if reference is None or content is None or not content.text:
            continue
        name = project.variables.get(read_guid(reference, "targetGUID"))
        if name is not None and name not in seen:
            seen.add(name)
            project.leftovers.mark_used(value, reference, content)
            yield name, content.text
