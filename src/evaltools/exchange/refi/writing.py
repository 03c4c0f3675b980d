"""REFI-QDA projects and codebooks, written strictly: valid, and the same bytes each time."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from lxml import etree

from evaltools.exchange.record import CodingSet
from evaltools.exchange.refi.building import build_codebook, build_project
from evaltools.exchange.refi.checking import arranged, wrong
from evaltools.exchange.refi.schema import faults
from evaltools.files import replace_file
from evaltools.problems import Problem, ProblemError, refuse

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that zip knows: files must not depend on the clock


def write_qdpx(codings: CodingSet, path: Path) -> None:
    """Write a coding as a REFI-QDA project.

    Positions are code points from 0 of UTF-8 texts with LF and without a byte order mark, the
    end one past the last character. What the format has no place for goes into notes, so that
    reading the file again gives `arranged(codings)`.

    Raises ProblemError with everything that keeps it from being written, such as a quote that
    is not what stands in the text.
    """
    refuse(wrong(codings))
    root, texts = build_project(arranged(codings))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        _add(package, "project.qde", _serialised(root))
        for name in sorted(texts):
            _add(package, f"sources/{name}", texts[name].encode())
    replace_file(path, buffer.getvalue())


def write_qdc(codings: CodingSet, path: Path) -> None:
    """Write the codes of a coding as a REFI-QDA codebook.

    Raises ProblemError where there is no code, since the format has no empty codebook.
    """
    codes = CodingSet(codes=codings.codes)
    refuse(wrong(codes))
    if not codings.codes:
        raise ProblemError(
            [Problem(path.name, "there is no code to write", code="exchange.unwritable")]
        )
    replace_file(path, _serialised(build_codebook(arranged(codes))))


def _serialised(root: etree._Element) -> bytes:
    found = faults(root)
    if found:  # a mistake of ours: nobody should get such a file
        raise AssertionError(f"not valid against the schema: {found}")
    etree.indent(root, space=" ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(package: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    package.writestr(info, data, compresslevel=6)
