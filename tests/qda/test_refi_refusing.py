"""Projects and codebooks as nobody should write them, and those that leave a doubt."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from refi_desk import (
    CODES,
    USERS,
    coding,
    guid,
    package,
    project,
    quotes,
    selection,
    source,
)

from evaltools.problems import ProblemError
from evaltools.qda.offsets.conventions import Convention
from evaltools.qda.refi import looks_like_refi, read_refi


def refusal(path: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_refi(path)
    assert all(problem.where.startswith(path.name) for problem in caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE Project [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE Project SYSTEM "http://example.org/x.dtd">',
    ],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, head: str) -> None:
    xml = head + project("<Description>&a;</Description>")
    assert "entities" in refusal(package(tmp_path / "a.qdpx", xml))
    bare = tmp_path / "a.qde"
    bare.write_bytes(xml.encode("utf-16"))
    assert "entities" in refusal(bare)


def test_hostile_and_damaged_packages_are_refused_in_a_line(tmp_path: Path) -> None:
    good = package(tmp_path / "good.qdpx", project(CODES)).read_bytes()
    path = tmp_path / "a.qdpx"
    path.write_bytes(good[: len(good) // 2])
    assert looks_like_refi(path)
    assert "damaged" in refusal(path)
    path.write_bytes(b"nothing")
    assert "no XML" in refusal(path)
    path.write_bytes(b"")
    assert "empty" in refusal(path)
    package(path, project(CODES), {"../../etc/x.txt": b"x"})
    assert "outside" in refusal(path)
    package(path, project(CODES), {"a.qde": b"x"})
    assert "2 project files" in refusal(path)
    package(path, b" " * 60_000_000)
    assert "unpacks" in refusal(path)
    package(path, "<Project><Users></Project>")
    assert "XML" in refusal(path)
    package(path, "<html/>")
    assert "begins with html" in refusal(path)


def test_ambiguous_positions_are_refused_and_stated_ones_believed(tmp_path: Path) -> None:
    text = "Yksi kaksi. Kolme neljä.\n"
    inner = "".join(
        selection(100 + i, quote, coding(200 + i, 11, 1), text=text)
        for i, quote in enumerate(("Yksi kaksi", "Kolme neljä"))
    )
    body = USERS + CODES + f"<Sources>{source(inner)}</Sources>"
    path = package(tmp_path / "a.qdpx", project(body), {f"{guid(50)}.txt": text.encode()})
    assert "--positions" in refusal(path)
    stated = read_refi(path, Convention.stated("codepoint/crlf2/nobom/inclusive"))
    assert quotes(stated) == ["Yksi kaksi.", "Kolme neljä."]
    assert "as stated" in stated.positions
    with pytest.raises(ProblemError, match="no way to count"):
        Convention.stated("windows")


def test_other_files_are_not_taken_for_refi(tmp_path: Path) -> None:
    other = tmp_path / "a.csv"
    other.write_text("Project,CodeBook\n", encoding="utf-8")
    assert not looks_like_refi(other)
    assert not looks_like_refi(tmp_path)
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert not looks_like_refi(tmp_path / "b.xlsx")
