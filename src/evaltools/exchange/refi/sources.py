"""Documents of a project, with the passages marked in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from evaltools.documents.packages import children, first, local
from evaltools.exchange.fitting import Mark, Marked
from evaltools.exchange.record import Document
from evaltools.exchange.refi import notes as wording
from evaltools.exchange.refi.archive import Archive
from evaltools.exchange.refi.guids import made, plain
from evaltools.exchange.refi.ledger import Ledger, loss_of
from evaltools.exchange.refi.naming import identifier
from evaltools.exchange.refi.notes import Notes, text_of
from evaltools.exchange.refi.texts import Loaded, load

_NO_PLACE = "a code on a whole document shows no passage that a finding could rest on"


@dataclass(frozen=True)
class Coded:
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
    marked: Marked | None
    pages: Mapping[str, int]
    twins: Mapping[str, tuple[etree._Element, ...]]


def read_sources(
    archive: Archive, ledger: Ledger, notes: Notes, variables: Mapping[str, str]
) -> tuple[tuple[Coded, ...], tuple[str, ...]]:
    """All documents, and what was assumed about them.

    Arguments:
        variables: names of the project's variables by GUID.
    """
    found: list[Coded] = []
    assumed: list[str] = []
    taken: set[str] = set()
    for container in children(archive.root, "Sources"):
        ledger.take(container)
        for source in container:
            if local(source) not in ("TextSource", "PDFSource"):
                continue
            holder = source if local(source) == "TextSource" else first(source, "Representation")
            if holder is None:
                ledger.drop(source, "it is a PDF without text in the file")
                continue
            coded, loaded = _read(archive, source, holder, ledger, notes, variables, taken)
            taken.add(coded.document.document_id)
            ours = notes.line("document", plain(source.get("guid")))
            meant = ours is not None and loaded.text is None and not text_of(ours, "sha256")
            if loaded.told and not meant:
                assumed.append(f"{coded.document.name}: {loaded.told}")
            found.append(coded)
    return tuple(found), tuple(assumed)


def _read(
    archive: Archive,
    source: etree._Element,
    holder: etree._Element,
    ledger: Ledger,
    notes: Notes,
    variables: Mapping[str, str],
    taken: set[str],
) -> tuple[Coded, Loaded]:
    guid = plain(source.get("guid"))
    line = notes.line("document", guid)
    loaded = load(archive, holder)
    kept = bool(loaded.sha256) and text_of(line, "sha256") == loaded.sha256
    text = loaded.text
    if kept and loaded.bom:  # ours began with a mark, which is part of the text then
        text = f"\ufeff{text}"
    ledger.take(source, holder)
    if text is not None:
        ledger.take(first(holder, "PlainTextContent"))
    for inner in children(source, "Coding"):
        ledger.drop(inner, _NO_PLACE)
    if holder is not source:
        for inner in children(holder, "Coding"):
            ledger.drop(inner, _NO_PLACE)
    name = wording.exact(line, "name", source.get("name") or holder.get("name") or "")
    own = text_of(line, "document_id")
    stem = name.rsplit(".", 1)[0] if name.lower().endswith(_SUFFIXES) else name
    document_id = own if own and own not in taken else identifier(stem, "document", taken)
    selections = tuple(_selections(holder, ledger, loaded))
    marked = None
    if text is not None:
        marks = tuple(_mark(selection, notes) for selection in selections)
        marked = Marked(name or document_id, text, marks, kept)
    form = None if marked is None else marked.form.text
    digest = hashlib.sha256(form.encode()).hexdigest() if form is not None else ""
    values = dict(read_values(source, ledger, variables))
    document = Document(
        document_id=document_id,
        name=name,
        text=form,
        text_sha256=text_of(line, "text_sha256", digest),
        guid=text_of(line, "guid", "" if guid == made("document", document_id) else guid),
        variables=exact_values(line, values),
    )
    pages, twins = _pages(source, {plain(s.get("guid")) for s in selections})
    return Coded(document, holder, selections, marked, pages, twins), loaded


_SUFFIXES = (".txt", ".docx", ".doc", ".pdf", ".odt", ".rtf", ".xlsx", ".ods", ".md", ".html")


def _selections(holder: etree._Element, ledger: Ledger, loaded: Loaded) -> Iterator[etree._Element]:
    for selection in children(holder, "PlainTextSelection"):
        if loaded.text is None:
            why = f"it cannot be placed: {loaded.told}"
            ledger.drop(selection, why, loss_of(selection))
        elif _whole(selection, "startPosition") is None or _whole(selection, "endPosition") is None:
            ledger.drop(selection, "its positions are no whole numbers", loss_of(selection))
        else:
            yield selection


def _whole(selection: etree._Element, name: str) -> int | None:
    try:
        value = int((selection.get(name) or "").strip())
    except ValueError:
        return None
    return value if abs(value) < 2**40 else None


def _mark(selection: etree._Element, notes: Notes) -> Mark:
    guid, name = plain(selection.get("guid")), selection.get("name") or ""
    described = first(selection, "Description")
    description = (described.text or "") if described is not None else ""
    start, end = _whole(selection, "startPosition"), _whole(selection, "endPosition")
    assert start is not None
    assert end is not None
    proof = text_of(notes.line("segment", guid), "proof")
    hints = tuple(text for text in (name, description) if text.strip())
    return Mark(f"{name[:40] or 'passage'} ({guid})", start, end, hints, proof)


def _pages(
    source: etree._Element, guids: set[str]
) -> tuple[dict[str, int], dict[str, tuple[etree._Element, ...]]]:
    """Pages, which the format counts from 0, and the selections on them, by GUID."""
    pages: dict[str, int] = {}
    twins: dict[str, tuple[etree._Element, ...]] = {}
    for selection in children(source, "PDFSelection"):
        guid, page = plain(selection.get("guid")), _whole(selection, "page")
        if guid not in guids:
            continue
        twins[guid] = (*twins.get(guid, ()), selection)
        if page is not None and page >= 0:
            pages[guid] = min(page + 1, pages.get(guid, page + 1))
    return pages, twins


def read_values(
    element: etree._Element, ledger: Ledger, variables: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Values of variables on a case or source, as text by name."""
    seen: set[str] = set()
    for value in children(element, "VariableValue"):
        reference = first(value, "VariableRef")
        name = variables.get(plain(reference.get("targetGUID"))) if reference is not None else None
        content = next((c for c in value if local(c).endswith("Value")), None)
        if name is None or content is None or not content.text or name in seen:
            continue
        seen.add(name)
        ledger.take(value, reference, content)
        yield name, content.text


def exact_values(line: wording.Line | None, found: Mapping[str, str]) -> Mapping[str, str]:
    """Values as they were before XML changed them, unless another tool changed them since."""
    was = (line or {}).get("variables")
    if not isinstance(was, list):
        return found
    pairs = {p[0]: p[1] for p in was if isinstance(p, list) and [type(x) for x in p] == [str, str]}
    now = {wording.legal(k): wording.legal(v) for k, v in pairs.items() if v}
    return pairs if now == found else found


def read_variables(root: etree._Element) -> dict[str, str]:
    """Names of variables by GUID."""
    return {
        (guid := plain(variable.get("guid"))): variable.get("name", guid)
        for container in children(root, "Variables")
        for variable in children(container, "Variable")
    }


def take_variables(root: etree._Element, ledger: Ledger) -> None:
    """Variables of which a value was read are in the study; others stay behind."""
    used = {plain(e.get("targetGUID")) for e in ledger.taken_named("VariableRef")}
    for container in children(root, "Variables"):
        ledger.take(container)
        for variable in children(container, "Variable"):
            if plain(variable.get("guid")) in used:
                ledger.take(variable)
