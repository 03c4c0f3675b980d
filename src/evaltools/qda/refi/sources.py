"""REFI-QDA files (.qdpx, .qde, .qdc) opened with suspicion: their XML, texts, coders and documents.

A .qdpx is a zip with `project.qde` and a folder `sources`; nothing of it is written to disk under
a name of its own, and a path that a project gives is only ever looked up within the zip. Package
and parser are those by which documents are read, with limits for projects that hold media.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from evaltools.documents.isolation import read_document
from evaltools.documents.limits import Limits
from evaltools.documents.zip_package import Package, children, first, local_name, parse
from evaltools.files import read_file
from evaltools.problems import ProblemError
from evaltools.qda.model import SUFFIXES, Coder, Document, parse_day, refusal
from evaltools.qda.names import identifier
from evaltools.qda.offsets.detection import ToolPassage, ToolText
from evaltools.qda.placement import digest
from evaltools.qda.refi.model import Leftovers, PrivateNotes, read_guid, selection_loss

LIMITS = Limits(
    file_bytes=1_000_000_000,
    unpacked_bytes=8_000_000_000,  # videos and pictures, which are not unpacked
    members=100_000,
)
LARGEST_PROJECT = 100_000_000
LARGEST_TEXT = 20_000_000

_ROOT = re.compile(r"<\s*(?:[\w.-]+:)?(?:Project|CodeBook)\b[^>]*QDA-XML", re.DOTALL)
_SUFFIXES = (".qdpx", ".qdc", ".qde")
UNKNOWN = "unknown"
_NO_PLACE = "a code on a whole document shows no passage that a finding could rest on"


@dataclass(frozen=True)
class Archive:
    """A REFI-QDA file: `Project` or `CodeBook` of its XML, and the package unless it is bare
    XML."""

    name: str
    root: etree._Element
    package: Package | None = None
    _members: dict[str, str] = field(default_factory=dict)

    def find(self, path: str) -> str | None:
        """The member that a path such as `internal://5F2….txt` means; only its file name is
        looked at."""
        return self._members.get(file_name(path).casefold())

    def size(self, member: str) -> int:
        """Unpacked size of a member as declared; no more than that is ever unpacked."""
        assert self.package is not None
        return self.package.size(member)

    def read(self, member: str) -> bytes:
        """Unpack a member; raises ProblemError where it is damaged or grows too large."""
        assert self.package is not None
        with _add_file_name(self.name):
            return self.package.read(member)


def file_name(path: str) -> str:
    """Last part of a path of any system, after its scheme."""
    return re.split(r"[/\\]", unquote(path))[-1].strip()


def looks_like_refi(path: Path) -> bool:
    """Whether a file is a REFI-QDA project or codebook, by what it holds.

    A damaged zip counts as one if it is named so, that its reader may say what is wrong.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(8192)
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return path.suffix.casefold() in _SUFFIXES
        return any(name.casefold().endswith(".qde") for name in names)
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    if _ROOT.search(head.decode(encoding, errors="replace")):
        return True
    return path.suffix.casefold() in _SUFFIXES


def open_refi(path: Path) -> Archive:
    """Open a project or codebook; refuse what is hostile, damaged, too large or something else."""
    with _add_file_name(path.name):
        size = path.stat().st_size
        if size > LIMITS.file_bytes:
            allowed = f"up to {LIMITS.file_bytes / 1e6:.0f} MB"
            remedy = "Export the project without videos and pictures."
            what = f"it has {size / 1e6:.0f} MB"
            raise refusal("", what, allowed, remedy, "exchange.too-large")
        data = read_file(path, path.name, LIMITS.file_bytes)
        if not data:
            raise refusal("", "it is empty", remedy="Export it again.", code="exchange.empty")
        if data.startswith(b"PK"):
            return _open_package(path.name, data)
        root = _parse(data, path.name)
    return Archive(path.name, root)


def _open_package(name: str, data: bytes) -> Archive:
    package = Package(data, LIMITS)
    projects = [n for n in package.names if n.casefold().endswith(".qde")]
    if len(projects) != 1:
        what = f"it holds {len(projects) or 'no'} project files (.qde)"
        remedy = "Export the project again."
        raise refusal("", what, "one project.qde", remedy, "exchange.no-project")
    if package.size(projects[0]) > LARGEST_PROJECT:
        what = f"its {projects[0]} has {package.size(projects[0]) / 1e6:.0f} MB"
        allowed = f"up to {LARGEST_PROJECT / 1e6:.0f} MB"
        raise refusal("", what, allowed, code="exchange.too-large")
    root = _parse(package.read(projects[0]), projects[0])
    members: dict[str, str] = {}
    for member in package.names:
        if member != projects[0] and not member.endswith("/"):
            members.setdefault(file_name(member).casefold(), member)
    return Archive(name, root, package, members)


def _parse(data: bytes, name: str) -> etree._Element:
    # Some tools write a mark before the declaration, or two, or a blank; XML allows one mark.
    while data.startswith((b"\xef\xbb\xbf", b" ", b"\n", b"\r", b"\t")):
        data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \n\r\t")
    if not data.lstrip(b"\xff\xfe\0").startswith(b"<"):
        allowed = "a REFI-QDA project or codebook"
        raise refusal("", "it is no XML", allowed, code="exchange.not-refi")
    root = parse(data, name)
    if local_name(root) not in ("Project", "CodeBook"):
        what, allowed = f"its XML begins with {local_name(root)}", "Project or CodeBook of REFI-QDA"
        raise refusal("", what, allowed, code="exchange.not-refi")
    return root


@contextmanager
def _add_file_name(name: str) -> Iterator[None]:
    """Put the file's name into problems that lack a place."""
    try:
        yield
    except ProblemError as error:
        raise ProblemError(
            replace(problem, where=problem.where or name) for problem in error.problems
        ) from None


@dataclass(frozen=True)
class ProjectFile:
    """A project that is read: our own notes of an earlier export, names of variables by GUID, the
    tool that wrote it."""

    archive: Archive
    notes: PrivateNotes
    leftovers: Leftovers
    variables: Mapping[str, str]
    origin: str


class LoadedText(NamedTuple):
    """The text of a source, and why there is none, or whence it was taken if not from where the
    project says."""

    text: str | None
    remark: str = ""
    sha256: str = ""


class CodedDocument(NamedTuple):
    """A document and what the file marks in it.

    The holder is the element with the text selections, of which a PDF may show twins on pages from
    1, by their GUID; `marked` is None without a text.
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
    remark = "the file holds no text of it"
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
        return LoadedText(text, "", digest(text))
    guid = read_guid(source)
    if guid and (member := archive.find(f"{guid}.txt")):
        return _decode(
            archive, member, f"its text was taken from {member} in the file, by its GUID"
        )
    rich = source.get("richTextPath")
    if rich and (member := archive.find(rich)) and member.casefold().endswith(".docx"):
        return _read_docx(archive, member)
    return LoadedText(None, remark)


def _decode(archive: Archive, member: str, remark: str) -> LoadedText:
    if archive.size(member) > LARGEST_TEXT:
        large = f"its text {member} is larger than {LARGEST_TEXT // 10**6} MB"
        return LoadedText(None, large)
    data = archive.read(member)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return LoadedText(None, f"its text {member} is neither UTF-8 nor UTF-16")
    return LoadedText(text, remark, hashlib.sha256(data).hexdigest())


def _read_docx(archive: Archive, member: str) -> LoadedText:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.docx"
        path.write_bytes(archive.read(member))
        try:
            text = read_document(path).text
        except ProblemError as error:
            return LoadedText(None, f"its text {member}: {error.problems[0].what}")
    return LoadedText(text, f"its text was taken from the rich text {member}")


class Coders:
    """Coders of a project: its users, and those whom only codings name."""

    def __init__(self, project: ProjectFile) -> None:
        self.coders: list[Coder] = []
        self._by_guid: dict[str, str] = {}
        self._assumed: dict[str, int] = {}  # how coders were taken from elsewhere, and how often
        root = project.archive.root
        self._project_user = read_guid(root, "creatingUserGUID")
        for container in children(root, "Users"):
            project.leftovers.mark_used(container)
            for user in children(container, "User"):
                if read_guid(user) in self._by_guid:
                    project.leftovers.drop(user, "another user has the same GUID")
                else:
                    project.leftovers.mark_used(user)
                    self._add(user, project.notes)

    def _add(self, user: etree._Element, notes: PrivateNotes) -> None:
        guid = read_guid(user)
        line = notes.line("coder", guid)
        listed = user.get("name") or ("" if line else user.get("id")) or ""
        name = line.exact_text("pseudonym", listed)
        coder_id = line.text("coder_id")
        if not coder_id or coder_id in self._coder_ids:
            coder_id = identifier(name, "coder", self._coder_ids)
        trained, own = parse_day(line.text("trained_on")), line.own_guid(guid, "coder", coder_id)
        is_consensus = line.text("role") == "consensus"
        self.coders.append(
            Coder(coder_id, name, "consensus" if is_consensus else "coder", trained, own)
        )
        self._by_guid[guid] = coder_id

    @property
    def _coder_ids(self) -> set[str]:
        return {coder.coder_id for coder in self.coders}

    def find_coder(self, coding: etree._Element, selection: etree._Element) -> str:
        """Who made a coding: its own user, else the selection's, else the project's."""
        for guid, how in (
            (read_guid(coding, "creatingUser"), ""),
            (read_guid(selection, "creatingUser"), "the selection's user"),
            (self._project_user, "the project's user"),
        ):
            if guid:
                if how:
                    self._count(f"name no user; they were taken to be of {how}")
                return self._find_user(guid)
        self._count(f"name no user, nor does anything around them; their coder is “{UNKNOWN}”")
        if UNKNOWN not in self._coder_ids:
            self.coders.append(Coder(UNKNOWN, UNKNOWN))
        return UNKNOWN

    def _find_user(self, user: str) -> str:
        if user not in self._by_guid:  # named by a coding, but not in the list
            coder_id = identifier(f"user {user[:8]}", "coder", self._coder_ids)
            self.coders.append(Coder(coder_id, coder_id, guid=user))
            self._by_guid[user] = coder_id
            self._count(f"name a user that the project does not list; called {coder_id}", 0)
        return self._by_guid[user]

    def _count(self, how: str, step: int = 1) -> None:
        self._assumed[how] = self._assumed.get(how, 0) + step

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed about coders, a line each."""
        return tuple(
            f"{count} codings {how}" if count else f"codings {how}"
            for how, count in self._assumed.items()
        )


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
            is_text = local_name(source) == "TextSource"
            holder = source if is_text else first(source, "Representation")
            if holder is None:
                project.leftovers.drop(source, "it is a PDF without text in the file")
                continue
            loaded = load_text(project.archive, holder)
            coded = _read_source(project, source, holder, loaded, taken)
            taken.add(coded.document.document_id)
            ours = project.notes.line("document", read_guid(source))
            meant = ours and loaded.text is None and not ours.text("sha256")
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
    is_own_text = bool(loaded.sha256) and line.text("sha256") == loaded.sha256
    text = loaded.text
    project.leftovers.mark_used(source, holder)
    if text is not None:
        project.leftovers.mark_used(first(holder, "PlainTextContent"))
        if not is_own_text:  # ours may begin with a mark that is part of it
            text = text.removeprefix("\ufeff")
    for outer in (source, holder):
        for coding in children(outer, "Coding"):
            project.leftovers.drop(coding, _NO_PLACE)
    name = line.exact_text("name", source.get("name") or holder.get("name") or "")
    document_id = line.text("document_id")
    if not document_id or document_id in taken:
        stem = name.rsplit(".", 1)[0] if name.lower().endswith(SUFFIXES) else name
        document_id = identifier(stem, "document", taken)
    selections, marks = [], []
    for selection in children(holder, "PlainTextSelection"):
        start, end = (_integer(selection, f"{which}Position") for which in ("start", "end"))
        if text is None or start is None or end is None:
            why = "its positions are no whole numbers"
            why = f"it cannot be placed: {loaded.remark}" if text is None else why
            project.leftovers.drop(selection, why, selection_loss(selection))
        else:
            selections.append(selection)
            marks.append(_mark(selection, start, end, project.notes))
    marked = None
    if text is not None:
        marked = ToolText(name or document_id, text, tuple(marks), is_own_text)
    form = None if marked is None else marked.form.text
    document = Document(
        document_id=document_id,
        name=name,
        text=form,
        text_sha256=line.text("text_sha256", "" if form is None else digest(form)),
        guid=line.own_guid(guid, "document", document_id),
        variables=line.exact_values(dict(read_values(project, source))),
    )
    pages, twins = _pages(source, set(map(read_guid, selections)))
    return CodedDocument(document, holder, tuple(selections), marked, pages, twins)


def _integer(selection: etree._Element, name: str) -> int | None:
    try:
        value = int((selection.get(name) or "").strip())
    except ValueError:
        return None
    return value if abs(value) < 2**40 else None


def _mark(selection: etree._Element, start: int, end: int, notes: PrivateNotes) -> ToolPassage:
    guid, name = read_guid(selection), selection.get("name") or ""
    described = first(selection, "Description")
    description = (described.text or "") if described is not None else ""
    hints = tuple(text for text in (name, description) if text.strip())
    proof = notes.line("segment", guid).text("proof")
    return ToolPassage(f"{name[:40] or 'passage'} ({guid})", start, end, hints, proof)


def _pages(
    source: etree._Element, guids: set[str]
) -> tuple[dict[str, int], dict[str, tuple[etree._Element, ...]]]:
    """Pages, which the format counts from 0, and the selections on them, by GUID."""
    pages: dict[str, int] = {}
    twins: dict[str, tuple[etree._Element, ...]] = {}
    for selection in children(source, "PDFSelection"):
        guid, page = read_guid(selection), _integer(selection, "page")
        if guid in guids:
            twins[guid] = (*twins.get(guid, ()), selection)
            if page is not None and page >= 0:
                pages[guid] = min(page + 1, pages.get(guid, page + 1))
    return pages, twins


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
