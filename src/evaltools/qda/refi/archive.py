"""REFI-QDA files opened with suspicion: projects (.qdpx, .qde) and codebooks (.qdc).

A .qdpx is a zip with `project.qde` and a folder `sources`; nothing of it is written to disk under
a name of its own, and a path that a project gives is only ever looked up within the zip. Package
and parser are those by which documents are read, with limits for projects that hold media.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from evaltools.documents.limits import Limits
from evaltools.documents.zip_package import Package, local_name, parse
from evaltools.files import read_file
from evaltools.problems import ProblemError
from evaltools.qda.model import refusal

LIMITS = Limits(
    file_bytes=1_000_000_000,
    unpacked_bytes=8_000_000_000,  # videos and pictures, which are not unpacked
    members=100_000,
)
LARGEST_PROJECT = 100_000_000
LARGEST_TEXT = 20_000_000

_ROOT = re.compile(r"<\s*(?:[\w.-]+:)?(?:Project|CodeBook)\b[^>]*QDA-XML", re.DOTALL)
_SUFFIXES = (".qdpx", ".qdc", ".qde")


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
