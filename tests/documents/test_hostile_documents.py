"""Documents that are broken or made to do harm: each is named and skipped, the rest is read."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest

from evaltools.documents.isolation import read_document, read_documents
from evaltools.documents.limits import LIMITS, Limits
from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read
from evaltools.problems import Problem, ProblemError

XXE = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def good_docx() -> bytes:
    document = docx.Document()
    document.add_heading("1 Perustiedot", 1)
    document.add_paragraph("Hanke alkoi vuonna 2020 ja päättyi vuonna 2021.")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def package(parts: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return target.getvalue()


def pdf(
    encryption: pikepdf.Encryption | bool = False, content: bytes = b"", pages: int = 1
) -> bytes:
    document = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    for _ in range(pages):
        document.add_blank_page()
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        text = content or b"BT /F 12 Tf 72 700 Td (Hanke alkoi ja se on nyt valmis) Tj ET"
        page.Contents = document.make_stream(text)
    target = io.BytesIO()
    document.save(target, encryption=encryption)
    return target.getvalue()


def code_of(tmp_path: Path, data: bytes, name: str = "r.docx", limits: Limits = LIMITS) -> str:
    """Code of the one problem of a file; read in this process, which none of them harms."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ProblemError) as raised:
        read(path, limits)
    (problem,) = raised.value.problems
    assert problem.remedy
    return problem.code


def lying_zip() -> bytes:
    """A package whose part says that it is small, and is not."""
    data = bytearray(package([("word/document.xml", bytes(30_000_000))]))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + at
        data[place : place + 4] = struct.pack("<I", 1_000)
    return bytes(data)


def twice(name: str) -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return package([(name, b"<a/>"), (name, b"<b/>")])


def test_hostile_documents_are_named_and_the_others_read(tmp_path: Path) -> None:
    files = {
        "a-good.docx": good_docx(),
        "b-encrypted.docx": OLE + "EncryptedPackage".encode("utf-16-le"),
        "c-truncated.docx": good_docx()[:-200],
        "d-bomb.docx": package([("word/document.xml", bytes(60_000_000))]),
        "e-entities.docx": package([("word/document.xml", XXE)]),
        "f-empty.pdf": b"",
        "g-good.pdf": pdf(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in files]
    found = list(read_documents(paths))
    assert [path for path, _ in found] == paths
    assert all(r.where == str(path) for path, r in found if isinstance(r, Problem))
    assert [r.code if isinstance(r, Problem) else r.kind for _, r in found] == [
        "docx",
        "document.encrypted",
        "document.truncated",
        "document.bomb",
        "document.entities",
        "document.empty",
        "pdf",
    ]


def test_a_part_that_lies_about_its_size_is_not_unpacked_further(tmp_path: Path) -> None:
    assert code_of(tmp_path, lying_zip()) == "document.truncated"


def test_too_many_parts_and_too_much_together_are_a_bomb(tmp_path: Path) -> None:
    many = package([(f"word/{i}.xml", b"<a/>") for i in range(60)])
    assert code_of(tmp_path, many, limits=Limits(members=50)) == "document.bomb"
    assert code_of(tmp_path, many, limits=Limits(unpacked_bytes=100)) == "document.bomb"


@pytest.mark.parametrize("name", ["../outside.xml", "/etc/passwd", "C:/x.xml", "word/../../x"])
def test_parts_outside_of_the_package_are_refused(tmp_path: Path, name: str) -> None:
    assert code_of(tmp_path, package([(name, b"<a/>")])) == "document.unsafe"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path, twice("word/document.xml")) == "document.unsafe"
    both = package([("word/document.xml", b"<a/>"), ("WORD/document.xml", b"<b/>")])
    assert code_of(tmp_path, both) == "document.unsafe"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_encoding_and_part(tmp_path: Path, encoding: str) -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'.encode(encoding)
    assert code_of(tmp_path, package([("word/document.xml", laughs)])) == "document.entities"
    mimetype = b"application/vnd.oasis.opendocument.text"
    odt = package([("mimetype", mimetype), ("content.xml", laughs)])
    assert code_of(tmp_path, odt, "r.odt") == "document.entities"
    sheet = package([("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/a.xml", laughs)])
    assert code_of(tmp_path, sheet, "r.xlsx") == "document.entities"


def test_a_password_protected_pdf_is_named_and_one_with_rights_only_is_read(tmp_path: Path) -> None:
    closed = pdf(pikepdf.Encryption(user="salasana", owner="salasana"))
    assert code_of(tmp_path, closed, "r.pdf") == "document.encrypted"
    (tmp_path / "rights.pdf").write_bytes(pdf(pikepdf.Encryption(user="", owner="salasana")))
    assert read_document(tmp_path / "rights.pdf").text == "Hanke alkoi ja se on nyt valmis\n"


def test_a_pdf_that_is_cut_off_is_named_and_a_damaged_table_noted(tmp_path: Path) -> None:
    data = pdf()
    assert code_of(tmp_path, data[: len(data) // 2], "r.pdf") == "document.truncated"
    (tmp_path / "mended.pdf").write_bytes(data.replace(b"startxref\n", b"startxref\n9"))
    notes = read_document(tmp_path / "mended.pdf").coverage.notes
    assert any("damaged and was rebuilt" in note for note in notes)


def test_a_stream_that_unpacks_too_far_is_a_bomb(tmp_path: Path) -> None:
    small = Limits(member_bytes=1_000_000)
    assert code_of(tmp_path, pdf(content=b" " * 2_000_000), "r.pdf", small) == "document.bomb"


def test_a_pdf_with_thousands_of_pages_is_too_large(tmp_path: Path) -> None:
    assert code_of(tmp_path, pdf(pages=30), "r.pdf", Limits(pages=20)) == "document.too-large"


def test_pages_that_lead_back_to_themselves_end(tmp_path: Path) -> None:
    document = pikepdf.open(io.BytesIO(pdf()))
    tree = document.Root.Pages
    tree.Kids.append(tree)
    target = io.BytesIO()
    document.save(target)
    path = tmp_path / "circle.pdf"
    path.write_bytes(target.getvalue())
    ((_, result),) = read_documents([path])
    if isinstance(result, Problem):
        assert result.code == "document.truncated"
    else:
        assert "Hanke alkoi" in result.text


def test_a_document_that_keeps_a_reader_busy_costs_only_itself(tmp_path: Path) -> None:
    busy, good = tmp_path / "busy.pdf", tmp_path / "good.docx"
    busy.write_bytes(pdf(content=b"BT /F 1 Tf " + b"(ab cd) Tj 0 0 Td " * 400_000 + b"ET"))
    good.write_bytes(good_docx())
    limits = Limits(cpu_seconds=1)
    (_, slow), (_, other) = read_documents([busy, good], limits=limits)
    assert isinstance(slow, Problem)
    assert slow.code == "document.too-slow"
    assert isinstance(other, DocumentText)


def test_time_is_counted_in_processor_time_and_only_a_standstill_by_the_clock() -> None:
    """A child that works is waited for however long it takes; one that does nothing is not."""
    limits = Limits(stalled_seconds=0.3)
    assert waited("sum(range(3_000_000))", limits) == {"document": True}
    assert waited("time.sleep(60)", limits)["problem"]["code"] == "document.stalled"


def waited(work: str, limits: Limits) -> dict[str, Any]:
    """What comes of a child that does some work and answers; waited for in a process of its own."""
    program = (
        "import time, json\n"
        "from evaltools.documents import isolation\n"
        "from evaltools.documents.limits import Limits\n"
        "isolation._LOOK_EVERY = 0.05\n"
        "def work():\n"
        f"    {work}\n"
        "    return {'document': True}\n"
        f"print(json.dumps(isolation.run_in_child(work, {limits!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def test_a_document_that_needs_too_much_memory_costs_only_itself(tmp_path: Path) -> None:
    large = tmp_path / "large.docx"
    paragraph = b"<w:p><w:r><w:t>" + b"aa " * 3_000_000 + b"</w:t></w:r></w:p>"
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    body = b"<w:body>" + paragraph * 5 + b"</w:body></w:document>"
    large.write_bytes(package([("word/document.xml", head + body)]))
    limits = Limits(memory_bytes=220_000_000, ratio=10_000)
    with pytest.raises(ProblemError) as raised:
        read_document(large, limits)
    assert raised.value.problems[0].code == "document.too-large"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (OLE + "WordDocument".encode("utf-16-le"), "old Word"),
        (OLE + "Workbook".encode("utf-16-le"), "old Excel"),
        (b"{\\rtf1 teksti}", "RTF"),
        (package([("Index/Document.iwa", b"x")]), "Pages"),
        (package([("ppt/presentation.xml", b"<a/>")]), "PPTX"),
    ],
)
def test_other_formats_are_named_with_what_to_do(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "r.docx"
    path.write_bytes(data)
    with pytest.raises(ProblemError, match="save it as DOCX or PDF") as raised:
        read(path)
    assert raised.value.problems[0].code == "document.not-read"
    assert what in raised.value.problems[0].what


@pytest.mark.parametrize("data", [b"\x89PNG\r\n", b"Vain teksti", package([("a.txt", b"x")])])
def test_what_is_no_document_is_unknown(tmp_path: Path, data: bytes) -> None:
    assert code_of(tmp_path, data) == "document.unknown"


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        read_document(tmp_path / "nowhere.docx")
    assert raised.value.problems[0].code == "document.unreadable"


def test_the_kind_is_told_by_content_and_a_wrong_name_noted(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(good_docx())
    document = read_document(path)
    assert document.kind == "docx"
    assert any("named .pdf" in note for note in document.coverage.notes)


def test_reading_can_be_left_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "good.docx"
    path.write_bytes(good_docx())
    stream = read_documents([path] * 20)
    assert isinstance(next(stream)[1], DocumentText)
    stream.close()  # type: ignore[attr-defined]


def test_few_documents_are_read_ahead(tmp_path: Path) -> None:
    path = tmp_path / "good.docx"
    path.write_bytes(good_docx())
    asked = 0

    def paths() -> object:
        nonlocal asked
        for _ in range(40):
            asked += 1
            yield path

    for given, _ in enumerate(read_documents(paths())):  # type: ignore[arg-type]
        assert asked <= given + 6
